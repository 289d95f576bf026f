'use strict';

/**
 * What the page says of a status: its meaning, how it is known, the ways in and out.
 */
const Status = (() => {
  const { by, make } = Picture;

  const OUTCOMES = {
    running: 'the job goes on',
    succeeded: 'the job has succeeded',
    partial: 'the job has succeeded in part',
    failed: 'the job has failed',
    stopped: 'the job was stopped',
    timed_out: 'the job ran out of time',
    unknown: 'what the job came to is unknown',
  };

  let sources = new Map();

  /** Tell what the short names of sources stand for. */
  const know = (names) => {
    sources = new Map(Object.entries(names));
  };

  /** A source with its short names spelled out: `LOGS 3` is `507 progress logs: 3`. */
  const spelled = (source) =>
    source
      .replace(/\b([A-Za-z]+)\b(?: (\d+)\b)?/g, (all, name, count) => {
        if (!sources.has(name)) return all;
        return count === undefined ? sources.get(name) : `${sources.get(name)}: ${count}`;
      })
      .replace(/\b(\d+) \1\b/g, '$1'); // `0 of 507 LOGS`, which are 507

  const badge = (basis) => make('b', { className: 'basis', 'data-basis': basis }, basis);

  const factsOf = (state) => {
    const facts = [OUTCOMES[state.outcome]];
    if (state.reopens) facts.push('final, but the job may be reopened');
    else if (state.final) facts.push('final: nothing runs any more');
    if (state.steady) facts.push('steady: what one waits for');
    if (state.gone) facts.push('the service is removing it');
    if (state.retired) facts.push('retired: the service no longer uses it');
    return facts.join('; ');
  };

  /** The name of a state, which may break behind its primary status. */
  const named = ({ primary, secondary }) =>
    secondary === null ? [primary] : [`${primary}/`, make('wbr'), secondary];

  /** A row of a table of ways: the other end, what makes a job go there, how it is known. */
  const row = (edge, other, open) =>
    make(
      'tr',
      {},
      make(
        'td',
        {},
        make(
          'button',
          { type: 'button', className: 'link', onclick: () => open(other.id, true) },
          ...named(other),
        ),
      ),
      make(
        'td',
        {},
        edge.cause.replaceAll('_', ' '),
        ...(edge.guard ? [make('span', { className: 'aside' }, ` if ${edge.guard}`)] : []),
        make('br'),
        badge(edge.basis),
        make('span', { className: 'aside' }, ` ${spelled(edge.source)}`),
      ),
    );

  const table = (caption, edges, other, open) => {
    if (!edges.length) return make('p', { className: 'aside' }, 'none');
    const head = make(
      'thead',
      {},
      make(
        'tr',
        {},
        make('th', { scope: 'col' }, caption),
        make('th', { scope: 'col' }, 'why, and how we know'),
      ),
    );
    const rows = edges.map((edge) => row(edge, other(edge), open));
    return make('table', { className: 'ways' }, head, make('tbody', {}, ...rows));
  };

  /** Show a state beside the picture. */
  const show = ({ region, state }, open) => {
    const place = region.states.indexOf(state);
    const within = (name, ...content) => by(name).replaceChildren(...content);
    within('state-name', make('span', {}, ...named(state)));
    within('meaning', make('span', {}, state.meaning));
    within(
      'facts',
      make('span', {}, `${factsOf(state)}. `),
      badge(state.basis),
      make('span', {}, ` ${spelled(state.source)}`),
    );
    const into = region.edges.filter((edge) => edge.target === place);
    const out = region.edges.filter((edge) => edge.origin === place);
    within(
      'ways-in',
      table('from', into, (edge) => region.states[edge.origin], open),
    );
    within(
      'ways-out',
      table('to', out, (edge) => region.states[edge.target], open),
    );
    by('state').hidden = false;
    return { into, out };
  };

  return { OUTCOMES, know, show, spelled };
})();
