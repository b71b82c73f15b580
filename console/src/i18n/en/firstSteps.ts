export const firstSteps = {
  title: 'First steps',
  progress_one: '{{count}} of {{of}} done',
  progress_other: '{{count}} of {{of}} done',
  close: 'Put this list away',
  isDone: ' (done)',
  isOpen: ' (still to do)',
  steps: {
    number: {
      title: 'Buy a number',
      text: 'Texts and calls go through it. The paperwork of its country is asked for on the way.',
    },
    address: {
      title: 'Let providers reach this server',
      text: 'They send texts and calls to {{url}}: set PUBLIC_BASE_URL to an https address that the internet reaches.',
    },
    text: {
      title: 'Send a first text',
      text: 'To your own telephone, for example. The answer appears in the inbox.',
    },
    call: {
      title: 'Make a first call',
      text: 'From the browser, or by your own telephone: press “Call” at the top.',
    },
    team: { title: 'Invite the team', text: 'Everybody with a role of their own; nobody shares a password.' },
    twoFactor: {
      title: 'Switch on two-step sign-in',
      text: 'A stolen password alone then opens nothing: this account can spend money.',
    },
    mail: {
      title: 'Let Relais send mail',
      text: 'Set SMTP_URL and MAIL_FROM: invitations then leave by themselves. Until then you hand their links on.',
    },
    backup: {
      title: 'Prove that a backup comes back',
      text: 'Relais copies itself every day. “npx relais drill” restores the newest copy beside it and counts what is there.',
    },
    box: {
      title: 'Connect a CallBox',
      text: 'Only if you carry out airtime and mobile money: it runs beside a SIM card in the field.',
    },
  },
};
