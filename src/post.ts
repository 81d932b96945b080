import { tellJournal } from './main/tell-journal.js';

tellJournal();
