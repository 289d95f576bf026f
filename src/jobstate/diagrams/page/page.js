'use strict';

/**
 * The page: reads what is pasted, shows the verdict, drives the replay. All by the tables.
 */
(() => {
  const { by, make, printable } = Picture;
  const judge = new Judging.Judge(JSON.parse(by('tables').textContent));
  const { tables } = judge;
  const judges = tables.schema !== null;

  /** Larger than this, the command line is the better tool. */
  const MOST_CHARACTERS = 20_000_000;
  const MOST_SAID = 200;

  /** What is shown: the jobs of an answer, the status that is open. */
  const shown = { jobs: [], chosen: null };

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

  const showJobs = (jobs) => {
    shown.jobs = jobs;
    Verdict.choices(jobs);
    showJob(0);
  };

  const showJob = (place) => {
    const series = shown.jobs[place];
    const run = Running.run(judge, series);
    whole();
    const headline = Verdict.show(judge, series, run.cut, (finding) => {
      replay.pause();
      replay.goTo(finding.step);
      replay.look();
    });
    const first = series.findings.find((finding) => finding.moves) ?? series.findings[0];
    replay.begin(run, first ? first.step : run.steps.length - 1);
    say(`${headline} ${by('live').textContent}`);
    by('verdict').scrollIntoView({ block: 'nearest' });
  };

  /** Forget the job that was replayed. */
  const stop = () => {
    shown.jobs = [];
    by('verdict').hidden = true;
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
    if (target.id === 'slider' && key !== ' ') return undefined;
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
    on('job', 'change', () => showJob(Number(by('job').value)));
    on('play', 'click', () => replay.toggle());
    on('back', 'click', () => replay.step(-1));
    on('forward', 'click', () => replay.step(1));
    on('slider', 'input', () => {
      replay.pause();
      replay.goTo(Number(by('slider').value) - 1);
    });
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
    addEventListener('resize', () => picture.resize());
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
    by('help-replay').hidden = true;
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
  const replay = new Replaying.Replay(tables, picture, say);
  begin();
  picture.resize();
  listen();
})();
