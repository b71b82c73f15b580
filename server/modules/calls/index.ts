/** Calls with the people whom a company talks to: made, taken, controlled, and what became of them. */
export { answerVoice } from './documents.ts';
export { onCallEvent } from './events.ts';
export { callJobs } from './jobs.ts';
export { listenForCalls, missedTextOf } from './links.ts';
export { callRoutes } from './routes.ts';
export { type CallWork, startCallWork } from './work.ts';
