// SPDX-License-Identifier: Apache-2.0
// Every English word of the page, in one place. The core's own sentences come from the core, and so do the technical
// messages of the seam to it (core/ledger.ts).

import type { EventType, LotKind, PeriodState } from './core/forms';

const plural = (count: number, one: string, many: string): string => (count === 1 ? one : many);

export const text = {
  product: 'Creditfold',
  utc: 'UTC',
  months: ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'],
  none: '–',
  credits: 'credits',
  copy: 'Copy',
  copied: 'Copied',
  close: 'Close',
  skip: 'Skip to the balances',
  /** Free text that only the customer's key opens. */
  sealed: '(sealed)',
  /** Plans are known by ids such as `plus`; in a sentence they have a name. */
  plan_name: (plan: string) => plan.charAt(0).toUpperCase() + plan.slice(1),
  title: (account: string) => `${account} · Creditfold`,

  ago: {
    now: 'just now',
    minutes: (n: number) => `${n} ${plural(n, 'minute', 'minutes')} ago`,
    hours: (n: number) => `${n} ${plural(n, 'hour', 'hours')} ago`,
    days: (n: number) => `${n} days ago`,
    months: (n: number) => `${n} months ago`,
    years: (n: number) => `${n} years ago`,
  },

  header: {
    account: 'Account',
    theme_dark: 'Dark colours',
    theme_light: 'Light colours',
    exact: 'Show every digit',
    exact_short: '0.000',
    live: 'Live',
    offline: 'Offline',
    live_title: 'New events appear by themselves.',
    offline_title: 'The service does not answer. What is shown was folded from the log this page already has.',
    connecting: 'Connecting',
  },

  environments: { commercial: 'Commercial', gov: 'Gov' } as Record<string, string>,
  region: (region: string) => `Region ${region}`,
  access_off: 'AI access suspended',

  badge: {
    same: 'Same result as the server',
    different: 'Different from the server',
    checking: 'Comparing with the server',
    unknown: 'Not compared',
    page: 'page',
    server: 'server',
    prove: 'Prove it again',
  },

  proof: {
    heading: 'Is this the server’s result?',
    lead: 'The page downloads the log once more, folds it from the first event with the same core the service runs, '
      + 'and compares the two states.',
    running: 'Downloading and folding the log…',
    same: 'The same, character for character.',
    different: 'They differ.',
    different_help: 'One of the two did not fold this log correctly. Download the log this page folded and check it '
      + 'with the command line:',
    command: (account: string) => `creditfold verify ${account}.cflog`,
    download: 'Download the log',
    failed: 'The proof could not be made.',
    again: 'Prove again',
    page: 'This page',
    server: 'The server',
    events: 'Events folded',
    position: 'Up to position',
    version: 'Account version',
    length: 'Log length',
    time: 'Time taken',
    bytes: (n: string) => `${n} bytes`,
    times: (download: string, fold: string) => `${fold} ms to fold, ${download} ms to download`,
  },

  sentence: {
    none: 'No Credit Period is running at this moment.',
    none_help: 'Credits are granted inside a Product Term only. The plans below show what was there before.',
    none_yet: 'Credits are granted inside a Product Term only, and none has started.',
    pace: 'Pace',
    a_day: 'credits a day',
    since: 'measured since',
    left: 'Left',
    of: 'of',
    ends: 'Period ends',
    estimate: 'An estimate for your information, not a guarantee.',
    estimate_clause: 'AIS-4c',
    ended_since: (end: string) => `This Credit Period ended on ${end}. The next one opens with its first event.`,
  },

  plans: {
    heading: 'Plans',
    term: 'Term',
    period: 'Period',
    no_period: 'No period opened yet',
    choose: (plan: string) => `Show ${plan} in the picture and the tables`,
    remaining: 'left',
    used: 'used',
    not_granted: 'No credits granted in this period',
    figures: {
      granted: 'Granted', consumed: 'Consumed', held: 'Held', expired: 'Expired', remaining: 'Remaining',
      uncovered: 'Uncovered',
    },
    meter: (plan: string, left: string, granted: string, percent: string) =>
      `${plan}: ${left} of ${granted} credits left, ${percent}`,
    runs_out: 'Runs out',
    lasts: 'Lasts the period',
    lasts_unused: (unused: string) => `Lasts; ${unused} would expire unused`,
    spent: 'Nothing left',
    ended: 'Ended',
    starts: 'Starts',
    no_forecast: 'No forecast',
    empty_heading: 'No plan yet',
    empty: 'This account was opened, but no term of AI Studio credits has started. Start one:',
  },

  states: {
    upcoming: 'Upcoming', open: 'Open', closing: 'Closing', closed: 'Closed',
  } satisfies Record<PeriodState, string>,

  kinds: {
    allotment: 'Allotment', promotion: 'Promotion', purchase: 'Purchase', correction: 'Correction',
  } satisfies Record<LotKind, string>,

  picture: {
    heading: 'Credits left',
    of_plan: (plan: string) => `of ${plan}`,
    range: 'Range',
    ranges: { period: 'Period', activity: 'Activity', history: 'History' },
    view: 'View',
    views: { chart: 'Chart', table: 'Table' },
    reset_zoom: 'Whole range',
    now: 'now',
    then: 'as of',
    left: 'left',
    uncovered: 'uncovered',
    runs_out: (when: string) => `runs out ${when}`,
    unused: (amount: string) => `${amount} expire unused`,
    expired: (amount: string) => `${amount} expired`,
    ended: (amount: string) => `${amount} left at the end`,
    period: (n: number) => `Period ${n}`,
    plus: (amount: string) => `+${amount}`,
    closed: 'closed',
    loading: 'Reading the time line…',
    nothing: 'No event has moved this plan’s credits yet.',
    nothing_help: 'The line begins with the first grant.',
    cursor: 'Read the line',
    help: 'Arrow keys read the line, with Shift one event at a time; Page Up and Page Down go in larger steps. Enter '
      + 'folds the page to that event. Plus and minus zoom, zero shows the whole range.',
    keys: 'Arrow keys read, Enter folds the page to that event, drag or +/− to zoom',
    reading: (when: string, left: string, uncovered: string, position: string) =>
      `${when}: ${left} left, ${uncovered} uncovered, position ${position}`,
    position: 'position',
    summary: (plan: string, span: string, left: string, when: string, outlook: string) =>
      `Credits left of ${plan}, ${span}. ${left} left on ${when}. ${outlook}`,
    table_caption: (plan: string, span: string) => `Credits left of ${plan}, ${span}`,
    table_at: 'At',
    table_left: 'Left',
    table_uncovered: 'Uncovered',
    table_event: 'Position',
    table_what: 'What happened',
    table_step: {
      every: 'Every change.',
      sampled: 'At regular times, each with the newest event by then.',
    },
    projected: 'Projected at this pace',
    happened: {
      grant: (kind: string, credits: string) => `${kind} +${credits}`,
      close: (period: number, expired: string) => `Period ${period} closed, ${expired} expired`,
    },
    more: (n: number) => `and ${n} more`,
    series: { left: 'Credits left', uncovered: 'Uncovered', projection: 'At this pace' },
  },

  scrubber: {
    label: 'Moment in the log',
    region: 'Time travel',
    first: 'First event',
    previous: 'Previous event',
    next: 'Next event',
    last: 'Newest event',
    now: 'Now',
    newest: 'Now: newest event',
    event: (version: string, total: string) => `Event ${version} of ${total}`,
    as_of: 'As of',
    banner: (event: string, when: string) => `As of event ${event}, ${when}`,
    banner_help: 'Everything on this page is as it was then.',
    back: 'Back to now',
    announce: (version: string, total: string, what: string, when: string) =>
      `Event ${version} of ${total}, ${what}, ${when}`,
    announce_now: 'Now: every event is folded.',
  },

  tabs: {
    label: 'Details',
    usage: 'Usage', lots: 'Lots', periods: 'Periods', keys: 'Keys', residency: 'Residency', log: 'Log',
  },

  usage: {
    caption: 'Usage by workflow and model, all plans',
    workflow: 'Workflow', model: 'Model', charges: 'Charges', query: 'Query', input: 'Input', output: 'Output',
    credits: 'Credits', share: 'Share', total: 'Total', tokens: 'Volumes in tokens.',
    empty: 'No usage yet',
    empty_help: 'Usage arrives as RecordUsage commands, or from a file:',
    empty_command: (account: string) => `creditfold import --data DIR --format azure-llm --account ${account} FILE`,
  },

  lots: {
    caption: (plan: string) => `Lots of ${plan}, newest period first`,
    lot: 'Lot', kind: 'Kind', starts: 'From, UTC', expires: 'Expires, UTC', granted: 'Granted', drawn: 'Drawn',
    held: 'Held', expired: 'Expired', remaining: 'Remaining',
    note: 'A lot pays only for usage inside its own Credit Period. Drawn is what charges took from it.',
    empty: 'No lots yet',
    empty_help: 'A period’s allotment becomes a lot when the period opens.',
  },

  periods: {
    caption: (plan: string) => `Credit Periods of ${plan}, newest first`,
    term: 'Term', period: 'Period', starts: 'Starts, UTC', ends: 'Ends, UTC', state: 'State',
    note: 'Every row adds up: granted = consumed + held + expired + remaining. Uncovered stands beside it.',
    broken: 'These rows do not add up:',
    empty: 'No Credit Period yet',
    empty_help: 'Periods open with the first event in them.',
  },

  residency: {
    heading: 'Where the data lives',
    region: 'Region',
    since_opening: 'since the account was opened',
    since: (when: string) => `since ${when}`,
    store: (region: string) => `${region}/ledger.db`,
    move: 'Migrate to',
    choose: 'Choose a region',
    decided: 'Decided by the core in this page, against the account as it is now. Nothing was sent.',
    allowed: (to: string) => `A migration to ${to} would be accepted.`,
    there: (to: string) => `The data is in ${to} already; there is nothing to move.`,
    refused: 'A migration would be refused.',
    moves: {
      caption: (to: string) => `What a migration to ${to} moves`,
      what: 'What', how_much: 'How much', from: 'From', to: 'To',
      events: 'Events of the account, under new positions, byte for byte the same',
      keys: 'Keys of its commands, so that none is taken twice',
      events_count: (events: string, bytes: string) => `${events} events, ${bytes} bytes with their keys`,
      with_them: 'with the events',
      tombstone: 'A tombstone: where to, how many events, their SHA-256. The events themselves are erased there',
      one: '1 line',
    },
    stays: {
      caption: (region: string) => `What stays in ${region}, in the directory`,
      what: 'Class', holds: 'What it holds', count: 'Entries',
      note: 'The log holds opaque ids alone, so nothing of the directory moves with it.',
      unknown: 'The service was not asked what its directory holds.',
    },
    history: {
      caption: 'Migrations',
      at: 'At, UTC', from: 'From', to: 'To', events: 'Events copied', hash: 'SHA-256',
    },
    clauses: { moves: 'RES-1', stays: 'RES-2', whole: 'RES-3' },
    whole: 'A migration is for the whole organization.',
    loading: 'Asking where the data lives…',
  },
  keys: {
    none_heading: 'This account has no key of its own',
    none: 'What people write beside figures lies in the clear. With Enterprise Key Management the customer’s AWS KMS key seals it:',
    command: (account: string) =>
      `creditfold keys rotate arn:aws:kms:REGION:ACCOUNT:key/ID --data DIR --account ${account}`,
    key: 'Key', state: 'State', since: 'Since', rotations: 'Rotations',
    states: { active: 'Active', revoked: 'Revoked' },
    state_help: {
      active: 'The service opens sealed text while this key lets it. This page has no key and shows it as sealed.',
      revoked: 'What was sealed stays sealed for good. Amounts fold as before.',
    },
    what_if: 'What if the key were',
    what_ifs: { nothing: 'left as it is', rotated: 'rotated', revoked: 'revoked' },
    refused: (clause: string) => `Refused, ${clause}:`,
    would: {
      rotated: 'The same data key would be wrapped anew: everything reads as before, and nothing of the log is rewritten.',
      revoked: (count: string) => `${count} would never read again. Amounts would fold as before.`,
    },
    texts_count: (n: string) => `${n} ${n === '1' ? 'text' : 'texts'}`,
    texts: 'What people wrote, by event',
    texts_none: 'Nobody has written a reason or a memo yet.',
    event: 'Event', field: 'Field', plain: 'In the clear', sealed: 'Sealed', reads: 'Reads', would_read: 'Would read',
    history: 'History of the key',
    at: 'At, UTC', what: 'What', key_arn: 'Key', reason: 'Reason', position: 'Position',
    enrolled: 'Enrolled', rotated: 'Rotated', revoked: 'Revoked',
    classes: 'What is encrypted, and what is not',
    class: 'Class', protection: 'Encrypted', clause: 'Clause', kept: 'Kept in', why: 'Why',
    protections: { sealed: 'Sealed with the data key', wrapped: 'Wrapped by the customer’s key', in_the_clear: 'No' },
    class_names: {
      customer_free_text: 'Free text', wrapped_data_key: 'Data key', amount: 'Amounts', time: 'Moments',
      opaque_id: 'Ids', key_reference: 'Key ARN', setting: 'Settings', public_catalog_text: 'Catalog names',
      check: 'Checks', directory_profile: 'Names and emails', team_name: 'Team names',
      third_party_metadata: 'Third-party services', profile_image: 'Profile images', video: 'Videos', display_name: 'Display names',
    } as Record<string, string>,
    stores: { log: 'log', directory: 'directory', none: 'nowhere' } as Record<string, string>,
    loading: 'Reading the log…',
    failed: 'The key could not be read.',
  },

  log: {
    caption: 'Events of the account, newest first',
    filter: 'Type',
    all: 'All events',
    position: 'Position', at: 'At', type: 'Event', summary: 'What it says',
    loading: 'Reading the log…',
    fold_here: 'Fold the page to here',
    open: (type: string, seq: string) => `${type}, position ${seq}`,
    keys: 'Arrow keys move, Enter opens an event.',
    shown: (n: string) => `${n} ${n === '1' ? 'event' : 'events'}`,
    copy_json: 'Copy JSON',
    empty: 'No event of this type up to this moment.',
  },

  sort: {
    by: (column: string) => `Sort by ${column}`,
    sorted: (column: string, ascending: boolean) =>
      `Sorted by ${column}, ${ascending ? 'smallest first' : 'largest first'}`,
  },

  loading: {
    heading: 'Opening the ledger',
    stages: { connecting: 'Asking the service', downloading: 'Downloading the log', folding: 'Folding the events' },
    bytes: (loaded: string) => `${loaded} bytes`,
  },

  empty: {
    heading: 'This ledger is empty',
    lead: 'No account has been opened yet. Open one and start a term:',
    then: 'Then bring in usage you already have:',
    import: 'creditfold import --data DIR --format azure-llm --account team FILE.csv',
    or: 'Or look around first, in another directory:',
    demo: 'creditfold serve --demo --data DEMO',
    waiting: 'This page opens by itself as soon as the first event arrives.',
  },

  fault: {
    retry: 'Try again',
    details: 'What happened',
    place: 'Place',
    code: 'Code',
    open_first: 'Open the first account',
    cases: {
      unreachable: {
        heading: 'The service does not answer',
        lead: 'Nothing is lost: the log is with the service. Start it, then try again:',
        command: 'creditfold serve --data DIR',
      },
      unknown_account: {
        heading: 'No such account',
        lead: 'The link names an account this ledger does not have.',
        command: '',
      },
      damaged: {
        heading: 'The log is damaged',
        lead: 'The core refused to fold it, so nothing is shown that might be wrong. Find the place with:',
        command: 'creditfold verify DIR',
      },
      module: {
        heading: 'The core could not be started',
        lead: 'This page needs WebAssembly with exceptions and 64-bit integers: Chrome 95, Firefox 100, Safari 15.2 '
          + 'or newer. If yours is, reload; the page and the module may be of different builds.',
        command: '',
      },
      other: {
        heading: 'Something failed',
        lead: 'Nothing is shown that might be wrong. Try again; if it stays, look at the service’s log.',
        command: '',
      },
    },
  },

  faults: {
    unreachable: (base: string) => `No answer from ${base}`,
    broken_off: 'The connection broke while the log was downloaded.',
    not_json: (path: string) => `${path} did not answer with JSON.`,
    status: (path: string, status: number) => `${path} answered with HTTP ${status}.`,
    no_account: (account: string) => `The ledger has no account “${account}”.`,
    none_open: 'No account is open.',
    no_version: (version: number) => `No event has version ${version}.`,
    worker: 'The worker could not be started.',
  },

  offline: {
    banner: 'Offline.',
    help: 'The service does not answer. Everything here still works, from the log up to position',
    retrying: 'Trying again by itself.',
  },

  event_words: {
    AccountOpened: 'Account opened',
    TermStarted: 'Term started',
    TermEnded: 'Term ended',
    BuildersChanged: 'Builders changed',
    CreditsGranted: 'Credits granted',
    CreditsConsumed: 'Credits consumed',
    CreditsHeld: 'Credits held',
    HoldReleased: 'Hold released',
    PeriodClosed: 'Period closed',
    SeatsChanged: 'Seats changed',
    KeyRotated: 'Key rotated',
    KeyRevoked: 'Key revoked',
    RegionMigrated: 'Region migrated',
    ConsentChanged: 'Consent changed',
    TermsAccepted: 'Terms accepted',
    AccessChanged: 'Access changed',
    ProductAdded: 'Product added',
    ProductRemoved: 'Product removed',
  } satisfies Record<EventType, string>,

  event_says: {
    late: 'late',
    everyone: 'everyone',
    builders: (n: number) => `${n} ${plural(n, 'builder', 'builders')}`,
    until: 'until',
    on: 'on',
    off: 'off',
  },
};
