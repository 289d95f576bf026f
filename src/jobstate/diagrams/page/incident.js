'use strict';

/**
 * What happened to jobs, for whoever is called at night, as `jobstate.diagrams.gantt` tells it: the
 * record of a job in words, and all of it as text.
 */
const Incident = (() => {
  const { Axis, SECOND, stamp } = Axes;
  const OUTCOMES = {
    failed: 'FAILED',
    timed_out: 'TIMED OUT',
    partial: 'SUCCEEDED IN PART',
    stopped: 'STOPPED',
    unknown: 'outcome unknown',
    running: 'still running',
    succeeded: 'succeeded',
  };
  const URGENCY = Object.keys(OUTCOMES);
  const UNITS = [
    [86_400, 'd', 'h', 3_600],
    [3_600, 'h', 'm', 60],
    [60, 'm', 's', 1],
  ];
  const [LONGEST_NAME, LONGEST_SENTENCE, LONGEST_REASON] = [63, 400, 1024];
  const MOST_FINDINGS = 20;
  const MOST_OPENED = 3;
  const MOST_AT_AN_END = 20;

  // --- Words ----------------------------------------------------------------------------------

  const cut = (text, longest = LONGEST_NAME) => {
    const shown = [...Picture.printable(text)];
    return shown.length <= longest ? shown.join('') : `${shown.slice(0, longest - 1).join('')}…`;
  };

  const counted = (count, noun) =>
    `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;

  /** A length of time in its two largest units. */
  const duration = (micros) => {
    if (micros > 0 && micros < SECOND) return '< 1s';
    const seconds = Math.floor((micros + SECOND / 2) / SECOND);
    const found = UNITS.find(([size]) => seconds >= size);
    if (!found) return `${seconds}s`;
    const [size, unit, finerUnit, finer] = found;
    const rest = String(Math.floor((seconds % size) / finer)).padStart(2, '0');
    return `${Math.floor(seconds / size)}${unit} ${rest}${finerUnit}`;
  };

  const lengthWords = ({ isEnd, length, open }) =>
    isEnd || length === null ? '' : `${duration(length)}${open ? ' so far' : ''}`;

  const usualWords = ({ usual }) =>
    usual ? `usually ${duration(usual[0])}, at most ${duration(usual[1])}` : '';

  const whyWords = ({ waits, cause }) => [waits, cause && `(${cause})`].filter(Boolean).join(' ');

  const slowWords = ({ slowest }) =>
    slowest
      ? `${slowest.status} took ${lengthWords(slowest)}, ${usualWords(slowest)}`
      : '';

  /** A text in lines of at most so many characters; what is longer than that is cut up. */
  const folded = (text, width) => {
    const lines = [];
    let line = '';
    for (const word of text.split(' ')) {
      let together = line ? `${line} ${word}` : word;
      if ([...together].length > width && line) {
        lines.push(line);
        together = word;
      }
      let rest = [...together];
      for (; rest.length > width; rest = rest.slice(width)) lines.push(rest.slice(0, width).join(''));
      line = rest.join('');
    }
    return line ? [...lines, line] : lines;
  };

  // --- One job --------------------------------------------------------------------------------

  /** What is known of a kind of job beside its tables. */
  class Teller {
    constructor(tables, given) {
      const region = tables.regions.find((each) => each.history) ?? tables.regions[0];
      Object.assign(this, { tables, given, region });
      this.states = new Map(region.states.map((state) => [state.id, state]));
      this.causes = new Map();
      for (const { arrow, cause } of region.edges) {
        const known = this.causes.get(arrow) ?? [];
        const said = cause.replaceAll('_', ' ');
        this.causes.set(arrow, known.includes(said) ? known : [...known, said]);
      }
    }

    /** All that is shown of a job that was judged, with what it did. */
    job(series, steps) {
      const until = newest(series);
      const stays = steps.map((step, place) => this.stay(step, place, steps[place + 1], until));
      const slow = stays.filter((each) => each.over > 0);
      const { result } = series;
      const job = {
        id: cut(series.job.name, LONGEST_SENTENCE),
        name: cut(series.job.name.slice(series.job.name.lastIndexOf('/') + 1)),
        kind: this.tables.lifecycle.title,
        outcome: result.outcome,
        reason: cut(series.failureReason ?? '', LONGEST_REASON),
        findings: this.findings(series),
        console: this.console(series.job.name),
        stays,
        slowest: slow.reduce((one, each) => (one && one.over >= each.over ? one : each), null),
      };
      return { ...job, headline: headline(result, stays) };
    }

    /** The address of a job's page in the console; empty where its id does not tell it. */
    console(id) {
      const { url = '', arn = [] } = this.tables.schema?.console ?? {};
      const [, partition, , region] = id.split(':');
      const domain = this.given.domains[partition];
      const name = encodeURIComponent(id.slice(id.lastIndexOf('/') + 1));
      const parts = { id: encodeURIComponent(id), name, domain, region };
      const known = [...url.matchAll(/\{(\w+)\}/g)].every(([, part]) => parts[part]);
      return arn.length || !known ? '' : url.replace(/\{(\w+)\}/g, (_, part) => parts[part]);
    }

    stay(step, place, next, until) {
      const states = step.states.map((id) => this.states.get(id)).filter(Boolean);
      const state = states.findLast((each) => fits(step, each)) ?? null;
      const may = states.length ? states.slice(-1) : step.maybe.map((id) => this.states.get(id));
      const isEnd = may.length > 0 && may.every((each) => each?.final);
      const begin = step.begin?.micros ?? null;
      let end = isEnd ? begin : (step.end?.micros ?? (next ? (next.begin?.micros ?? null) : until));
      if (begin !== null && end !== null) end = Math.max(begin, end);
      const length = begin === null || end === null ? null : end - begin;
      const usual = (!isEnd && state && this.given.usual[state.id]) || null;
      const broken = step.findings.find(({ severity }) => severity === 'error');
      return {
        number: place + 1,
        status: cut(step.label),
        stage: this.stage(step),
        begin,
        end,
        length,
        open: !next && !isEnd && !step.end,
        isEnd,
        waits: state ? cut(state.meaning) : '',
        cause: this.cause(step),
        usual: usual && usual.map((seconds) => Math.round(seconds * SECOND)),
        over: usual && length ? Math.max(length - Math.round(usual[1] * SECOND), 0) : 0,
        alarm: broken?.rule ?? '',
      };
    }

    /** The stage of what an answer showed, as far as all that it leaves agree on it. */
    stage(step) {
      const states = this.region.states;
      let fitting = states.filter((each) => fits(step, each));
      if (!fitting.length && step.visible === step.primary)
        fitting = states.filter((each) => each.primary === step.primary);
      const stages = new Set(fitting.map((each) => this.given.stages[each.visible]));
      if (stages.size > 1) return 'not-seen';
      return stages.size ? [...stages][0] : 'strange';
    }

    /** What made the job come there, as far as a history tells: between answers nobody looked. */
    cause(step) {
      if (!step.isEntry) return '';
      const said = step.arrows.map((arrow) => cut((this.causes.get(arrow) ?? []).join(' or ')));
      return said.filter(Boolean).join('; ');
    }

    findings(series) {
      const said = series.answers.flatMap(({ findings, unmodelled }) => [
        ...findings.map((each) => {
          const isNote = each.severity === 'note';
          const text = `${each.message} (${each.rule}${isNote ? ', a note' : ''})`;
          return { text: cut(text, LONGEST_SENTENCE), number: each.step + 1, isNote };
        }),
        ...unmodelled.map(({ field, value }) => {
          const text = `${field} is ${value}, which ${this.tables.lifecycle.text} does not know`;
          return { text: cut(text, LONGEST_SENTENCE), number: null, isNote: true };
        }),
      ]);
      const rest = said.length - MOST_FINDINGS;
      if (rest <= 0) return said;
      const more = `and ${rest.toLocaleString('en')} more`;
      return [...said.slice(0, MOST_FINDINGS), { text: more, number: null, isNote: true }];
    }
  }

  const fits = ({ visible, primary }, state) =>
    state.visible === visible && ['', state.primary].includes(primary);

  const newest = ({ answers }) => {
    let found = null;
    for (const { observation } of answers)
      for (const time of [observation.modified, ...observation.entries.flatMap(ends)])
        if (time && (found === null || time.micros > found)) found = time.micros;
    return found;
  };

  const ends = ({ start, end }) => [start, end];

  const headline = ({ outcome, cause, final, gone }, stays) => {
    let said = OUTCOMES[outcome];
    if (cause !== null && cause !== 'unknown') said += ` (${cut(cause).replaceAll('_', ' ')})`;
    const begin = stays.find((each) => each.begin !== null)?.begin ?? null;
    const end = stays.findLast((each) => each.end !== null)?.end ?? null;
    if (begin !== null && end > begin)
      said += ` ${final ? 'after' : 'for'} ${duration(end - begin)}`;
    const last = stays.findLast((each) => !each.isEnd);
    if (last) said += `${final ? ', last in' : ', in'} ${last.status}`;
    return gone ? `${said}; being deleted` : said;
  };

  // --- Several --------------------------------------------------------------------------------

  const rank = ({ outcome, findings, slowest }) =>
    URGENCY.indexOf(outcome) * 4 +
    (findings.some((each) => !each.isNote) ? 0 : 2) +
    (slowest ? 0 : 1);

  /** Spans of all stays of which something tells when they were. */
  const spansOf = (jobs) =>
    jobs.flatMap(({ stays }) =>
      stays
        .filter((each) => each.begin !== null)
        .map((each) => [each.begin, each.end ?? each.begin]),
    );

  /** Jobs over one axis, those first that somebody has to look at. */
  const incidentOf = (jobs) => {
    const spans = spansOf(jobs);
    const axis = spans.length ? new Axis(spans) : null;
    const title = counted(jobs.length, 'job') + (axis ? `, ${axis.title}` : '');
    const sorted = [...jobs].sort((one, other) => rank(one) - rank(other));
    return { jobs: sorted, axis, title, opens: jobs.length <= MOST_OPENED };
  };

  /** The stays that have rows of their own; of too many, a number for those left out. */
  const rowsOf = ({ stays }) => {
    const leftOut = stays.length - 2 * MOST_AT_AN_END;
    if (leftOut <= 1) return stays;
    return [...stays.slice(0, MOST_AT_AN_END), leftOut, ...stays.slice(-MOST_AT_AN_END)];
  };

  // --- As text --------------------------------------------------------------------------------

  const [WIDTH, BAR, STATUS, TICK] = [100, 38, 18, 9];
  const FURTHER = '      ';

  const indented = (text) => folded(text, WIDTH - 2).map((line) => `  ${line}`);

  const columnsOf = ({ begin, end }, axis, width) => {
    if (begin === null) return [0, 0];
    const left = Math.min(Math.trunc(axis.share(begin) * width), width - 1);
    const right = end === null ? left : Math.trunc(axis.share(end) * width);
    return [left, Math.max(right, left + 1)];
  };

  const scaleOf = (axis, width) => {
    let line = '';
    for (const { share, label } of axis.ticks(Math.max(Math.floor(width / TICK), 2))) {
      const place = Math.trunc(share * width);
      if (place >= line.length && place + label.length <= width)
        line = `${line.padEnd(place)}${label} `;
    }
    return line.trimEnd();
  };

  const barOf = (stay, axis) => {
    const [left, right] = columnsOf(stay, axis, BAR);
    const mark = stay.length
      ? '='.repeat(right - left - 1) + (stay.open ? '>' : '=')
      : '|';
    const drawn = stay.begin === null ? '' : ' '.repeat(left) + mark;
    return `|${drawn.padEnd(BAR)}|`;
  };

  const row = (number, status, begin, length, bar) => {
    const shown = status.length <= STATUS ? status : `${status.slice(0, STATUS - 3)}...`;
    const cells = [number.padStart(4), shown.padEnd(STATUS), begin.padEnd(19), length.padStart(10)];
    return [...cells, bar].join('  ');
  };

  const rowText = (stay, axis) => {
    if (typeof stay === 'number') return [`${FURTHER}... ${stay.toLocaleString('en')} more ...`];
    const begin = stay.begin === null ? 'unknown' : stamp(stay.begin);
    const usual = usualWords(stay);
    const said = [
      stay.alarm && `! ${stay.alarm}`,
      whyWords(stay),
      usual && `${stay.over ? '! ' : ''}${usual}`,
    ];
    const further = folded(said.filter(Boolean).join('; '), WIDTH - FURTHER.length);
    return [
      row(String(stay.number), stay.status, begin, lengthWords(stay), barOf(stay, axis)),
      ...further.map((line) => FURTHER + line),
    ];
  };

  const visibleOf = ({ status }) => status.slice(status.lastIndexOf('/') + 1);

  const lettersOf = (stays) => {
    const found = new Map();
    for (const stay of stays) {
      const status = visibleOf(stay);
      if (stay.begin === null || found.has(status)) continue;
      const taken = new Set(found.values());
      const letters = [...`${status}0123456789`].filter((each) => /[0-9A-Za-z]/.test(each));
      found.set(status, letters.find((each) => !taken.has(each)) ?? '?');
    }
    return found;
  };

  const stripText = ({ stays }, axis) => {
    const width = WIDTH - 4;
    const letters = lettersOf(stays);
    if (!letters.size) return [];
    const shown = Array(width).fill(' ');
    for (const stay of stays) shown.fill(letters.get(visibleOf(stay)), ...columnsOf(stay, axis, width));
    const told = [...letters].map(([status, letter]) => `${letter} ${status}`).join(', ');
    return [`   ${scaleOf(axis, width)}`, `  |${shown.join('')}|`, ...indented(told)];
  };

  const blockText = (job, { axis, opens }) => {
    const slow = slowWords(job);
    const lines = [
      ...folded(`${job.name}: ${job.headline}`, WIDTH),
      ...(job.reason ? indented(`"${job.reason}"`) : []),
      ...job.findings.flatMap(({ text, isNote }) => indented(`${isNote ? '' : '! '}${text}`)),
      ...(slow ? indented(`! ${slow}`) : []),
      ...indented(`${job.kind}, ${job.id}`),
      ...indented(job.console),
    ];
    if (axis && opens) {
      lines.push('', row('#', 'status', 'from, UTC', 'length', ` ${scaleOf(axis, BAR)}`));
      lines.push(...rowsOf(job).flatMap((stay) => rowText(stay, axis)));
    } else if (axis) lines.push(...stripText(job, axis));
    return lines.map((line) => line.trimEnd()).join('\n');
  };

  /** The incident view as text, lines of at most 100 characters. */
  const textOf = (incident) =>
    `${[incident.title, ...incident.jobs.map((job) => blockText(job, incident))].join('\n\n')}\n`;

  return {
    Teller,
    cut,
    duration,
    folded,
    incidentOf,
    lengthWords,
    rowsOf,
    slowWords,
    spansOf,
    textOf,
    usualWords,
    whyWords,
  };
})();
