import { listBy, mapOf, type MapShape } from '../shape.js';

/** JSON in ConfigMaps: the CNI configuration, whose plugins are named by their type. */
export const DATA_SHAPE: MapShape = mapOf({ plugins: listBy(['type'], mapOf({})) });
