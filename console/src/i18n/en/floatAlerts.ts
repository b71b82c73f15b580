export const floatAlerts = {
  title: 'Warnings about the money on SIMs',
  text: 'A SIM that runs low warns below the amount that is set on its account. These are for readings that differ from what is counted.',
  differenceAbove: 'Warn when a reading differs by more than',
  differenceAboveHint: 'Fees and bonuses of the operator make small differences.',
  differenceMinutes: 'And stays so for',
  differenceMinutesHint: 'What is under way passes by itself.',
  minutes: 'minutes',
  webhook: 'Address of a program to tell as well',
  webhookHint: 'Empty: only people are told. What is sent is signed (Standard Webhooks).',
  saved: 'Warnings saved',
  secretTitle: 'Secret of the new address',
  secretText: 'It signs what is sent there. It is shown this once: keep it where the program finds it.',
  closeBox: 'Close a day of {{name}}',
  closeBoxText:
    'All its counted SIMs together, or none. What was counted is kept beside what the statements say; empty: without a statement.',
};
