/** Texts with the people whom a company talks to: the numbers they go through, the threads they form, and who wants none. */
export { onTextEvent } from './events.ts';
export { messageJobs } from './jobs.ts';
export { listenForMessages } from './news.ts';
export { messagesRoutes } from './routes.ts';
export { type Senders, startSenders } from './senders.ts';
export { textBack } from './text-back.ts';
