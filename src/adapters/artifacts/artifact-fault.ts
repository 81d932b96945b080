/** An artifact that is damaged, or holds what no backup has. */
export class ArtifactFault extends Error {}
