export const setup = {
  title: 'Buy a number',
  intro: 'From the gig to an active number. You can stop at any step: what you saved is kept.',
  stepOf: 'Step {{step}} of {{total}}:',
  steps: {
    gig: 'Gig',
    paperwork: 'Paperwork',
    number: 'Number',
    review: 'Review and buy',
    follow: 'Activation',
  },
  notNeeded: 'Not needed',
  resume: {
    title: 'You started the paperwork of {{country}}',
    text: '{{done}} of {{total}} done. Everything you saved is still there.',
    continue: 'Continue the paperwork',
    forget: 'Start something else',
  },
  gig: {
    gig: 'Gig',
    gigHint: 'Its destination zone decides in which country numbers are searched.',
    choose: 'Choose a gig',
    chooseFirst: 'Choose a gig first.',
    provider: 'Provider',
    providerHint: 'Telnyx takes an order while its paperwork is in review; Twilio sells once it is approved.',
    type: 'Kind of number',
    asking: 'Asking what {{country}} requires…',
    asksFor_one:
      '{{country}} asks for {{count}} thing before a number can be bought. You can fill it in over several sittings.',
    asksFor_other:
      '{{country}} asks for {{count}} things before a number can be bought. You can fill them in over several sittings.',
    asksNothing: '{{country}} asks for no paperwork: you can choose a number at once.',
    hasNumber: '{{gig}} already has a number: {{number}}. You can buy another.',
  },
  paperwork: {
    later: 'Continue later',
    kept: 'Your paperwork is kept. It waits for you here and under “Buy a number”.',
    submit: 'Check and continue',
    twilioWaits:
      'Twilio sells once the paperwork is approved. You can leave: this page follows the review by itself.',
  },
  number: {
    list: 'Numbers on sale',
    contains: 'Digits in the number',
    areaCode: 'Area code',
    locality: 'Town',
    features: 'Must be able to',
    search: 'Search',
    none: 'No numbers like this on sale in {{country}}',
    noneText: 'Search with fewer conditions, or go back and choose another kind of number or provider.',
    choose: 'Choose',
    chooseOf: 'Choose {{number}}',
    priceUnknown: 'Price not published',
    plusOnce: 'plus {{price}} once',
  },
  review: {
    dueNow: 'Due now',
    waitsForReview:
      'The paperwork is in review: the order is taken now, and the number becomes active after the approval.',
    another: 'Choose another number',
    buy: 'Buy this number',
    buyAgain: 'Try again: nothing is bought twice',
  },
  follow: {
    pending: 'Ordered. The provider is delivering the number.',
    pendingText:
      'This takes from seconds to days, depending on the country. The page follows by itself; you can also leave.',
    active: 'The number is active.',
    error: 'The order failed. Nothing was delivered.',
    released: 'The number was released.',
    open: 'Open the number',
    another: 'Buy another number',
  },
};
