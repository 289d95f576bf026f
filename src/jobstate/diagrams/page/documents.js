'use strict';

/**
 * What becomes of a document: its answers are read and judged, job by job; lines of the check are
 * told as they are (`Report.to_dict`); what is of other kinds is counted.
 */
const Documents = (() => {
  const { intervalOf, isBefore, later, observe, sameTime, timeOf, under } = Reading;

  // --- What the check has judged --------------------------------------------------------------

  /** The story that a line of the check tells. */
  const toldBy = (judge, { job, result, entries, failure_reason: failureReason, ...report }) => {
    const { for_good: forGood, ...rest } = result;
    const at = (time) => timeOf(time) ?? null;
    const entry = ({ status, start, end, message }) =>
      ({ status, start: timeOf(start), end: at(end), message });
    const story = new Judging.Story(judge, { name: job.id, created: at(job.created) });
    const said = { result: { ...rest, forGood }, failureReason, entries: entries.map(entry) };
    Object.assign(story, said, { told: true });
    const maskOf = ([region, names]) =>
      [region, judge.automata.get(region).where(({ name }) => names.includes(name))];
    story.answers = report.steps.map(({ where: path, shown, states, entries: listed, ...step }) => {
      const isHere = ({ where }) => where === path;
      const finding = (each) => judge.withRule({ ...each, at: at(each.at) });
      const observation = { shown, modified: at(step.at), features: {}, values: new Map() };
      observation.entries = story.entries.slice(0, listed);
      const known = new Map(Object.entries(states).map(maskOf));
      const findings = report.violations.filter(isHere).map(finding);
      return { path, observation, known, findings, unmodelled: report.unmodelled.filter(isHere) };
    });
    story.known = new Map(story.answers.flatMap(({ known }) => [...known]));
    return story;
  };

  // --- Which job an answer is about -----------------------------------------------------------

  /** Whether an answer may be about a job, as far as times of creation tell. */
  const isAbout = (known, { job, modified }) => {
    if (known.created && job.created) return sameTime(known.created, job.created);
    const [created, at] = known.created ? [known.created, modified] : [job.created, known.latest];
    return !created || !at || !isBefore(at, created);
  };

  /** The job that an answer is about: as it says exactly, else the one created last that fits. */
  const meant = (jobs, answer) => {
    const created = (each) => each.created?.micros ?? -Infinity;
    const fitting = jobs.filter((each) => each.name === answer.job.name && isAbout(each, answer));
    const [newest] = fitting.sort((one, other) => created(other) - created(one));
    const isExact = (each) => created(each) === created(answer.job);
    return (answer.job.created && fitting.find(isExact)) || newest;
  };

  // --- In which order they are ----------------------------------------------------------------

  /** How many answers are put in a legal order, by how many tries; else their times decide. */
  const [MOST_ORDERED, MOST_TRIED] = [64, 2000];

  /** Region → where a job can be after one more answer; null where that can't come then. */
  const after = (judge, known, answer) => {
    const found = new Map(known);
    for (const [region, { mask, real, unknown }] of judge.sights(answer)) {
      const automaton = judge.automata.get(region);
      const reached = automaton.reach(known.get(region) ?? automaton.start) & mask;
      if (!reached && !unknown) return null;
      found.set(region, unknown ? real : reached);
    }
    return found;
  };

  const isOlder = (one, other) => one.end < other.begin || (one.count && one.count < other.count);

  /** Answers in an order that their times allow, and a legal one if there is one. */
  const ordered = (judge, answers) => {
    const said = ({ path, values, ...each }) => JSON.stringify([each, ...values]);
    const distinct = [...new Map(answers.map((each) => [said(each), each])).values()];
    const timed = distinct.map((answer, place) =>
      ({ answer, place, count: answer.entries.length, ...intervalOf(answer) }));
    const tried = new Set();
    const legal = (left, known) => {
      if (!left.length) return [];
      const here = `${left.map(({ place }) => place)} ${[...known.values()]}`;
      if (tried.has(here) || tried.size >= MOST_TRIED) return null;
      tried.add(here);
      for (const one of left) {
        if (left.some((other) => isOlder(other, one))) continue;
        const then = after(judge, known, one.answer);
        const rest = then && legal(left.filter((other) => other !== one), then);
        if (rest) return [one, ...rest];
      }
      return null;
    };
    timed.sort((one, other) => one.begin - other.begin || one.count - other.count);
    const found = timed.length > MOST_ORDERED ? null : legal(timed, new Map());
    return (found ?? timed).map(({ answer }) => answer);
  };

  // --- Documents ------------------------------------------------------------------------------

  /** What something found says: an observation, what the check told, problems; or what it is. */
  const read = (judge, { path, answer, spelling, bare, report, passed, ...wrong }) => {
    const { schema, finding, lifecycle } = judge.tables;
    if (answer) {
      const { problems, ...said } = observe(schema, answer, spelling);
      const outside = (each) => ({ ...each, path: under(path, each.path) });
      if (problems) return { problems: problems.map(outside) };
      return { observation: { path, bare, ...said } };
    }
    if (wrong.expected) return { problems: [{ path, ...wrong }] };
    if (passed || report.lifecycle.name !== lifecycle.name)
      return { passed: passed ?? report.lifecycle.name };
    try {
      if (report.schema_version === finding.report_version) return { told: toldBy(judge, report) };
    } catch {
      // It is not as the check prints it.
    }
    return { problems: [{ path, expected: finding.report, got: '' }] };
  };

  /** Answers as series, one for each job; where they came in no order, in one that may be. */
  const seriesOf = (judge, answers) => {
    const jobs = [];
    for (const answer of answers) {
      let job = meant(jobs, answer);
      if (!job) jobs.push((job = { ...answer.job, latest: null, answers: [] }));
      job.created ??= answer.job.created;
      job.latest = later(job.latest, answer.modified);
      job.answers.push(answer);
    }
    return jobs.map(({ answers: own }) => {
      const reordered = own.some((each) => !each.bare);
      const series = Object.assign(new Judging.Series(judge, own[0].job), { reordered });
      for (const answer of reordered ? ordered(judge, own) : own) series.add(answer);
      return series;
    });
  };

  const judged = (judge, document) => {
    const { nothing, finding } = judge.tables;
    const pieces = Finding.find(judge.tables, document).map((piece) => read(judge, piece));
    const all = (what) => pieces.flatMap((piece) => piece[what] ?? []);
    const [problems, passed] = [all('problems'), {}];
    for (const what of all('passed')) passed[what] = (passed[what] ?? 0) + 1;
    const jobs = [...seriesOf(judge, all('observation')), ...all('told')];
    const got = Object.entries(passed).map(([what, number]) => `${number} ${what}`).join(', ');
    if (!jobs.length && !problems.length)
      problems.push(got ? { path: '', expected: finding.of_kind, got } : nothing);
    if (problems.length) return { problems };
    return { jobs: jobs.map((job) => Object.assign(job, { passed: got })) };
  };

  return { judged };
})();
