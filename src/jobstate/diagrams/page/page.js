'use strict';

/**
 * The page: reads what is pasted, shows the verdict, drives the replay. All by the tables.
 */
(() => {
  const { by, make, printable } = Picture;
  const judge = new Judging.Judge(JSON.parse(by('tables').textContent));
  const { tables } = judge;
  const given = JSON.parse(by('given').textContent);
  Status.know(given.sources);
  const teller = new Incident.Teller(tables, given);
  const judges = tables.schema !== null;

  /** Larger than this, the command line is the better tool. */
  const MOST_CHARACTERS = 20_000_000;
  const MOST_SAID = 200;
  /** After how many milliseconds at one step the address names it. */
  const NOTED_AFTER = 400;

  /** What is shown: the jobs of an answer, which of them is replayed, the status that is open. */
  const shown = { jobs: [], job: null, chosen: null };

  const say = (text) => {
    by('live').textContent = printable(text);
  };

  // --- Statuses -------------------------------------------------------------------------------

  const open = (id, focus = false) => {
    const found = picture.states.get(id);
    replay.pause();
    shown.chosen = id;
    const { into, out } = Status.show(found, open);
    const edges = [...into, ...out];
    if (!replay.isOn) {
      const ends = edges.flatMap((edge) => [edge.origin, edge.target]);
      picture.show({
        states: new Set([id, ...ends.map((place) => found.region.states[place].id)]),
        arrows: new Set(edges.map((edge) => edge.arrow)),
        starts: new Set(
          tables.starts.filter((start) => start.target === id).map((start) => start.id),
        ),
      });
    }
    picture.choose(id);
    by('side').prepend(by('state'));
    if (focus) by('state-name').focus({ preventScroll: true });
    by('state').scrollIntoView({ block: 'nearest' });
  };

  const whole = () => {
    const back = shown.chosen;
    const inside = by('state').contains(document.activeElement);
    shown.chosen = null;
    by('state').hidden = true;
    picture.choose(null);
    if (replay.isOn) replay.show();
    else picture.show();
    if (inside) picture.states.get(back)?.group.focus({ preventScroll: true });
  };

  // --- Answers --------------------------------------------------------------------------------

  /** A document, or several that stand one a line; an error in words where there is none. */
  const parsed = (text) => {
    const plain = text.replace(/^\ufeff/, '');
    if (!plain.trim())
      return { error: 'There is nothing to read. Paste an answer, or try an example.' };
    if (plain.length > MOST_CHARACTERS)
      return { error: `This is more than 20 MB. ${tables.schema.check} takes files of any size.` };
    try {
      return { value: JSON.parse(plain) };
    } catch (error) {
      return parsedLines(plain) ?? { error: whyNoJson(error) };
    }
  };

  const parsedLines = (text) => {
    const lines = text.split('\n').filter((line) => line.trim());
    if (lines.length < 2) return null;
    try {
      return { value: lines.map((line) => JSON.parse(line)) };
    } catch {
      return null;
    }
  };

  const whyNoJson = (error) => {
    if (error instanceof RangeError) return 'This is nested too deeply to be read.';
    const said = error.message.slice(0, MOST_SAID);
    return `This is no JSON: ${said}. ${tables.schema.call} prints JSON with --output json.`;
  };

  const complain = (headline, problems = []) => {
    stop();
    Verdict.complain(judge.say, headline, problems);
  };

  const check = () => {
    const { value, error } = parsed(by('text').value);
    by('clear').hidden = !by('text').value;
    if (error) {
      complain(error);
      return;
    }
    judged(value);
  };

  const judged = (value) => {
    try {
      const found = judge.judge(value);
      if (found.problems) complain('This answer can’t be read:', found.problems);
      else showJobs(found.jobs);
    } catch (failure) {
      complain(
        `This page failed on that answer (${failure.message}); ${tables.schema.check} may not.`,
      );
    }
  };

  /** A job that was judged, with what it did and how that is told; worked out when it is asked for. */
  class Told {
    constructor(series) {
      this.series = series;
    }

    get run() {
      this.ran ??= Running.run(judge, this.series);
      return this.ran;
    }

    get job() {
      this.told ??= teller.job(this.series, this.run.steps);
      return this.told;
    }
  }

  const showJobs = (jobs) => {
    shown.jobs = jobs.map((series) => new Told(series));
    Object.assign(shown, { picture: null, incident: null });
    Verdict.choices(jobs);
    by('views').hidden = false;
    const failed = ({ series }) => series.result.outcome === 'failed';
    const illegal = ({ series }) => !series.legal;
    showJob(shown.jobs.find(failed) ?? shown.jobs.find(illegal) ?? shown.jobs[0]);
  };

  const goToFinding = (finding) => {
    view(false);
    replay.pause();
    replay.goTo(finding.step);
  };

  /** Replay a job: from a step on, else from where something is wrong, else at its end. */
  const showJob = (told, step = null) => {
    const { series, run } = told;
    shown.job = told;
    by('job').value = String(shown.jobs.indexOf(told));
    whole();
    const headline = Verdict.show(judge, series, run.cut, goToFinding);
    const wrong = series.findings.find((finding) => finding.moves) ?? series.findings[0];
    others();
    if (run.steps.length) replay.begin(run, told.job, step ?? wrong?.step ?? run.steps.length - 1);
    else replay.end();
    say(`${headline} ${by('live').textContent}`);
    if (!by('incident').hidden) showIncident();
    by('verdict').scrollIntoView({ block: 'nearest' });
  };

  /** Offer the other jobs to be compared with. */
  const others = () => {
    const options = shown.jobs.map((told, place) =>
      told === shown.job ? null : make('option', { value: String(place) }, nameOf(told)),
    );
    by('other').replaceChildren(make('option', { value: '' }, 'no other'), ...options.filter(Boolean));
    by('others').hidden = shown.jobs.length < 2;
  };

  const nameOf = ({ series }) => series.job.name.slice(series.job.name.lastIndexOf('/') + 1);

  // --- The incident view ----------------------------------------------------------------------

  const incident = () => {
    shown.incident ??= Incident.incidentOf(shown.jobs.map((told) => told.job));
    return shown.incident;
  };

  const showIncident = () => {
    const form = matchMedia('(min-width: 700px)').matches ? Gantt.WIDE : Gantt.NARROW;
    if (shown.picture === form) return;
    shown.picture = form;
    by('gantt').replaceChildren(Gantt.drawn(incident(), given.titles, form));
  };

  /** Show the incident view, or the life cycle. */
  const view = (asIncident) => {
    by('incident').hidden = !asIncident;
    by('diagram').hidden = asIncident;
    by('tools').hidden = asIncident;
    by('to-incident').setAttribute('aria-pressed', String(asIncident));
    by('to-life-cycle').setAttribute('aria-pressed', String(!asIncident));
    if (asIncident) showIncident();
    else picture.resize();
  };

  /** The incident view as a file of its own. */
  const asSvg = () => {
    const copy = Gantt.drawn(incident(), given.titles);
    copy.prepend(Picture.shape('style', {}));
    copy.firstChild.textContent = given.style;
    return `${new XMLSerializer().serializeToString(copy)}\n`;
  };

  const copied = (text) => {
    navigator.clipboard.writeText(text).then(
      () => say('Copied.'),
      () => say('This browser does not let the page copy.'),
    );
  };

  // --- Links to steps -------------------------------------------------------------------------

  /** The job and the step that an address names: `#job-step`. */
  const linked = () => {
    const [, name, step] = /^#(.+)-(\d+)$/.exec(location.hash) ?? [];
    if (name === undefined) return null;
    const told = shown.jobs.find((each) => nameOf(each) === decoded(name));
    return told ? { told, step: Number(step) - 1 } : null;
  };

  const decoded = (text) => {
    try {
      return decodeURIComponent(text);
    } catch {
      return text;
    }
  };

  const follow = () => {
    const found = linked();
    if (!found) return false;
    view(false);
    if (found.told === shown.job) replay.goTo(found.step);
    else showJob(found.told, found.step);
    return true;
  };

  /** Once the replay stands still, the address leads to where it stands. */
  const note = (place) => {
    clearTimeout(shown.noting);
    shown.noting = setTimeout(() => {
      if (shown.job) history.replaceState(null, '', Gantt.anchor(nameOf(shown.job), place + 1));
    }, NOTED_AFTER);
  };

  /** Forget the job that was replayed. */
  const stop = () => {
    clearTimeout(shown.noting);
    Object.assign(shown, { jobs: [], job: null, picture: null, incident: null });
    by('verdict').hidden = true;
    by('views').hidden = true;
    view(false);
    replay.end();
    picture.show();
  };

  // --- Files and keys -------------------------------------------------------------------------

  const take = (file) => {
    if (!file) return;
    if (file.size > MOST_CHARACTERS) {
      complain(`This is more than 20 MB. ${tables.schema.check} takes files of any size.`);
      return;
    }
    file.text().then(
      (text) => {
        by('text').value = text;
        check();
      },
      () => complain('This file can’t be read.'),
    );
  };

  const isField = (target) => target.matches('textarea, select, input:not([type="range"])');

  const isControl = (target) => target.matches('button, a, summary, [role="button"]');

  const REPLAY_KEYS = {
    ' ': () => replay.toggle(),
    ArrowLeft: () => replay.step(-1),
    ArrowRight: () => replay.step(1),
    Home: () => replay.step(-Infinity),
    End: () => replay.step(Infinity),
    '[': () => replay.narrow('from'),
    ']': () => replay.narrow('until'),
  };

  const SIZE_KEYS = {
    '+': () => picture.zoom(1.25),
    '=': () => picture.zoom(1.25),
    '-': () => picture.zoom(0.8),
    0: () => picture.resize(null),
  };

  /** What a key does, or nothing where it belongs to what has the focus. */
  const keyed = (event) => {
    const { key, target } = event;
    if (event.ctrlKey || event.altKey || event.metaKey || isField(target)) return undefined;
    if (key === 'Escape') return whole;
    if (key in SIZE_KEYS) return SIZE_KEYS[key];
    if (!replay.isOn || (key === ' ' && isControl(target))) return undefined;
    if (target.id === 'slider' && !' []'.includes(key)) return undefined;
    return REPLAY_KEYS[key];
  };

  const listen = () => {
    const on = (id, event, does) => by(id).addEventListener(event, does);
    on('form', 'submit', (event) => {
      event.preventDefault();
      check();
    });
    on('text', 'paste', () => setTimeout(check));
    on('open', 'click', () => by('file').click());
    on('file', 'change', () => {
      take(by('file').files[0]);
      by('file').value = '';
    });
    on('clear', 'click', () => {
      by('text').value = '';
      by('clear').hidden = true;
      stop();
      by('text').focus();
    });
    on('job', 'change', () => showJob(shown.jobs[by('job').value]));
    on('play', 'click', () => replay.toggle());
    on('back', 'click', () => replay.step(-1));
    on('forward', 'click', () => replay.step(1));
    on('slider', 'input', () => replay.scrub());
    on('from', 'click', () => replay.narrow('from'));
    on('until', 'click', () => replay.narrow('until'));
    on('all', 'click', () => replay.narrow(null));
    on('fold', 'click', () => replay.turn('folds'));
    on('align', 'click', () => replay.turn('byStart'));
    on('other', 'change', () => replay.compare(shown.jobs[by('other').value]?.job ?? null));
    on('to-life-cycle', 'click', () => view(false));
    on('to-incident', 'click', () => view(true));
    on('copy-text', 'click', () => copied(Incident.textOf(incident())));
    on('copy-svg', 'click', () => copied(asSvg()));
    on('close', 'click', whole);
    on('picture', 'click', (event) => {
      if (!event.target.closest('.state')) whole();
    });
    on('larger', 'click', () => picture.zoom(1.25));
    on('smaller', 'click', () => picture.zoom(0.8));
    on('fit', 'click', () => picture.resize(null));
    listenEverywhere();
  };

  const listenEverywhere = () => {
    addEventListener('resize', () => {
      picture.resize();
      if (!by('incident').hidden) showIncident();
      replay.resize();
    });
    addEventListener('hashchange', follow);
    // On paper stand the life cycle and what happened, whichever is seen.
    matchMedia('print').addEventListener('change', ({ matches }) => {
      if (matches && shown.job) showIncident();
      document.body.classList.toggle('printing', matches && shown.job !== null);
    });
    addEventListener('keydown', (event) => {
      const does = keyed(event);
      if (!does) return;
      event.preventDefault();
      does();
    });
    by('picture').addEventListener(
      'wheel',
      (event) => {
        if (!event.ctrlKey) return;
        event.preventDefault();
        picture.zoom(event.deltaY < 0 ? 1.1 : 1 / 1.1);
      },
      { passive: false },
    );
    if (judges) listenToDrops();
  };

  const listenToDrops = () => {
    const over = (on) => (event) => {
      event.preventDefault();
      document.body.classList.toggle('dropping', on);
    };
    addEventListener('dragover', over(true));
    addEventListener('dragleave', over(false));
    addEventListener('drop', (event) => {
      over(false)(event);
      const [file] = event.dataTransfer.files;
      if (file) take(file);
      else {
        by('text').value = event.dataTransfer.getData('text');
        check();
      }
    });
  };

  // --- Begin ----------------------------------------------------------------------------------

  const tryExample = ({ text }) => {
    by('text').value = text.trim();
    check();
  };

  const begin = () => {
    by('answer').hidden = !judges;
    by('lead-answer').hidden = !judges;
    by('only-shows').hidden = judges;
    if (!judges) return;
    by('call').textContent = by('call-again').textContent = tables.schema.call;
    const examples = (tables.schema.examples ?? []).map((example) =>
      make(
        'button',
        { type: 'button', className: 'link', onclick: () => tryExample(example) },
        example.title,
      ),
    );
    by('examples').append(...examples);
    by('examples').hidden = !examples.length;
  };

  const picture = new Picture.Picture(tables, open);
  const replay = new Replaying.Replay(picture, say, note);
  begin();
  picture.resize();
  listen();
  if (given.answers.length) {
    judged(given.answers);
    if (!follow()) view(true);
    scrollTo(0, 0);
  }
})();
