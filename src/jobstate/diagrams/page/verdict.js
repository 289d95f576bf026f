'use strict';

/**
 * The verdict on a job, in words: what is broken and where, what is judged here and what is not.
 */
const Verdict = (() => {
  const { by, make } = Picture;
  const MOST_LISTED = 20;
  /** How what a job came to looks; what is not over looks like nothing. */
  const TONES = {
    succeeded: 'good',
    failed: 'bad',
    stopped: 'note',
    timed_out: 'note',
    partial: 'note',
  };

  const paragraph = (text, tone) => {
    const made = make('p', {}, text);
    if (tone) made.dataset.tone = tone;
    return made;
  };

  const aside = (text) => make('p', { className: 'aside' }, text);

  const item = (tone, ...content) => {
    const made = make('li', {}, ...content);
    made.dataset.tone = tone;
    return made;
  };

  const nameOf = ({ job }) => job.name.slice(job.name.lastIndexOf('/') + 1);

  // --- What can't be judged -------------------------------------------------------------------

  const problemItem = (say, { path, expected, got }) => {
    const said = { path: path || say('whole'), expected, got };
    return make('li', {}, say(got ? 'problem_got' : 'problem', said));
  };

  /** Say why there is no verdict. */
  const complain = (say, headline, problems) => {
    const listed = problems.slice(0, MOST_LISTED).map((each) => problemItem(say, each));
    const more = problems.length - listed.length;
    if (more > 0) listed.push(make('li', {}, `… and ${more} more`));
    const said = paragraph(headline, 'bad');
    said.setAttribute('role', 'alert');
    by('verdict').hidden = false;
    by('jobs').hidden = true;
    by('findings').replaceChildren();
    by('judged').replaceChildren();
    by('said').replaceChildren(said, ...(listed.length ? [make('ul', {}, ...listed)] : []));
    by('verdict').scrollIntoView({ block: 'nearest' });
  };

  // --- What is judged -------------------------------------------------------------------------

  /** Offer the jobs of an answer, where there are several. */
  const choices = (jobs) => {
    const options = jobs.map((job, place) =>
      make('option', { value: String(place) }, `${job.legal ? '' : '✕ '}${nameOf(job)}`),
    );
    by('job').replaceChildren(...options);
    by('jobs').hidden = jobs.length < 2;
  };

  const headlineOf = (series) => {
    const { findings, result } = series;
    const errors = findings.filter((finding) => finding.severity === 'error').length;
    const broken = errors ? `${errors} broken rule${errors === 1 ? '' : 's'}` : 'no rule broken';
    const outcome = Status.OUTCOMES[result.outcome] + (result.forGood ? ', for good' : '');
    const tone = errors ? 'bad' : (TONES[result.outcome] ?? 'plain');
    return paragraph(`${nameOf(series)}: ${broken}; ${outcome}.`, tone);
  };

  const findingItem = (say, finding, go) => {
    const isNote = finding.severity === 'note';
    const button = { type: 'button', className: 'link', onclick: () => go(finding) };
    const said = [
      make('p', {}, make('button', button, finding.message)),
      aside(`${finding.rule}${isNote ? ' (a note)' : ''} at ${finding.path || say('whole')}`),
    ];
    if (finding.allowed.length) said.push(aside(`allowed: ${finding.allowed.join(', ')}`));
    said.push(aside(`${finding.summary.replace(/\.$/, '')} (${finding.basis}; ${Status.spelled(finding.source)})`));
    return item(finding.severity, ...said);
  };

  const unknownItem = ({ field, value }) =>
    item(
      'new',
      paragraph(`“${value}” is a status that this life cycle does not know (${field}).`),
      aside('It could be anything, so what follows it is not judged by it.'),
    );

  /** What this page judges, and what it leaves to the command line. */
  const judgedBy = ({ rules, lifecycle, schema }, { told, reordered, passed }) => {
    const here = rules.filter((rule) => rule.judged).length;
    const order = 'Its answers came in no order; this is one that their times allow.';
    const more = [reordered ? ` ${order}` : '', passed ? ` Passed over: ${passed}.` : ''];
    const all = `all ${rules.length} rules of ${lifecycle.text}.`;
    if (told) return [`jobstate check has judged it by ${all}`, ...more];
    if (here === rules.length) return [`Judged by ${all}`, ...more];
    return [
      'This page judges the order of statuses and the rules that are data, ',
      `${here} of ${rules.length}; `,
      make('code', {}, schema.check),
      ` judges all ${rules.length}. ${lifecycle.text}.`,
      ...more,
    ];
  };

  /** Show the verdict on a job; a finding leads to its step. Returns what it comes to. */
  const show = ({ tables, say }, series, cut, go) => {
    const headline = headlineOf(series);
    const said = [headline];
    if (series.failureReason) said.push(paragraph(`“${series.failureReason}”`, 'bad'));
    if (cut) {
      const all = cut + Running.MOST_STEPS;
      const text = `The replay shows the first ${Running.MOST_STEPS} of ${all} entries;`;
      said.push(paragraph(`${text} all are judged.`, 'note'));
    }
    by('verdict').hidden = false;
    by('said').replaceChildren(...said);
    by('findings').replaceChildren(
      ...series.findings.map((finding) => findingItem(say, finding, go)),
      ...series.unmodelled.map(unknownItem),
    );
    by('judged').replaceChildren(...judgedBy(tables, series));
    return headline.textContent;
  };

  return { choices, complain, show };
})();
