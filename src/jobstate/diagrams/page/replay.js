'use strict';

/**
 * The replay of a job: on the picture, on the time line, to the slider and to screen readers.
 */
const Replaying = (() => {
  const { by, make, printable } = Picture;
  const STEP_MILLISECONDS = 1100;
  const INKS = ['grey', 'brown', 'blue', 'green', 'violet', 'orange'];
  const ENDS = {
    succeeded: 'green',
    partial: 'brown',
    failed: 'red',
    stopped: 'orange',
    timed_out: 'brown',
  };
  const PLAY = 'M5 3l12 7-12 7z';
  const PAUSE = 'M5 3h4v14H5zM11 3h4v14h-4z';
  const UNITS = [
    ['d', 86400],
    ['h', 3600],
    ['min', 60],
    ['s', 1],
  ];
  /** What share of the time line a name needs, and what the shortest stay gets. */
  const [NAMED, SHORTEST] = [0.06, 0.004];
  const NOTHING_BESIDE = { passed: [], now: [] };

  // --- Times ----------------------------------------------------------------------------------

  /** A length of time in its two largest units. */
  const lasting = (seconds) => {
    if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
    let rest = Math.round(seconds);
    const parts = [];
    for (const [unit, size] of UNITS) {
      if (rest >= size && parts.length < 2) parts.push(`${Math.floor(rest / size)} ${unit}`);
      rest %= size;
    }
    return parts.join(' ');
  };

  /** How long a step lasts, in seconds; null where nothing tells. */
  const secondsOf = (step, next) => {
    const end = step.end ?? next?.begin ?? null;
    return end && step.begin ? Math.max(end.micros - step.begin.micros, 0) / 1e6 : null;
  };

  // --- The replay -----------------------------------------------------------------------------

  class Replay {
    constructor(tables, picture, say) {
      Object.assign(this, { picture, say });
      this.steps = [];
      this.beside = NOTHING_BESIDE;
      this.at = 0;
      this.timer = null;
      this.inks = new Map(tables.regions.flatMap(inksOf));
    }

    get isOn() {
      return this.steps.length > 0;
    }

    get isLast() {
      return this.at === this.steps.length - 1;
    }

    /** Replay what a job did, from some step on. */
    begin({ steps, beside }, at) {
      Object.assign(this, { steps, beside });
      by('replay').hidden = false;
      by('help-replay').hidden = false;
      document.body.classList.add('replaying');
      this.showStrip();
      this.picture.resize();
      this.goTo(at);
    }

    end() {
      this.pause();
      this.steps = [];
      by('replay').hidden = true;
      by('help-replay').hidden = true;
      document.body.classList.remove('replaying');
      this.picture.place([], []);
      this.picture.jump(null, null);
      this.picture.resize();
    }

    // --- To a step ----------------------------------------------------------------------------

    goTo(place) {
      this.at = Math.min(Math.max(place, 0), this.steps.length - 1);
      this.show();
    }

    step(far) {
      this.pause();
      this.look();
      this.goTo(this.at + far);
    }

    pause() {
      clearInterval(this.timer);
      this.timer = null;
      this.showButton();
    }

    play() {
      this.look();
      if (this.isLast) this.goTo(0);
      this.timer = setInterval(() => {
        this.goTo(this.at + 1);
        if (this.isLast) this.pause();
      }, STEP_MILLISECONDS);
      this.showButton();
    }

    toggle() {
      if (this.timer === null) this.play();
      else this.pause();
    }

    // --- What is seen -------------------------------------------------------------------------

    /** Where the page is one column, the picture may be out of sight. */
    look() {
      if (matchMedia('(max-width: 860px)').matches)
        by('diagram').scrollIntoView({ block: 'start' });
    }

    showButton() {
      const plays = this.timer !== null;
      by('play').setAttribute('aria-label', plays ? 'Pause' : 'Play');
      by('play-shape').setAttribute('d', plays ? PAUSE : PLAY);
    }

    show() {
      const { picture, at } = this;
      const step = this.steps[at];
      const until = this.steps.slice(0, at + 1);
      const beside = this.isLast ? this.beside : NOTHING_BESIDE;
      const passed = [...until.flatMap((each) => each.states), ...step.maybe, ...beside.passed];
      picture.show({
        states: new Set(passed),
        arrows: new Set(until.flatMap((each) => each.arrows)),
        starts: new Set(until.map((each) => each.start)),
      });
      const here = step.states.slice(-1);
      picture.place([...here, ...beside.now], step.findings.length || step.jump ? here : []);
      picture.jump(step.jump ? this.steps[at - 1]?.states.at(-1) : null, step.states[0]);
      picture.reveal(here[0]);
      this.tell(step);
    }

    lengthText(place) {
      const seconds = secondsOf(this.steps[place], this.steps[place + 1]);
      if (seconds) return `for ${lasting(seconds)}`;
      return place === this.steps.length - 1 ? '' : 'for no time';
    }

    /** Say where the replay stands: on the bar, to the slider, to screen readers. */
    tell(step) {
      const { at, steps } = this;
      const wrong = step.findings.map((finding) => finding.message).join('; ');
      const status = `${step.label}${step.unknown ? ' (unknown to this life cycle)' : ''}`;
      const time = step.begin ? `from ${Reading.clock(step.begin)} UTC` : 'time unknown';
      const stays = this.lengthText(at);
      const text = `Step ${at + 1} of ${steps.length}: ${[status, stays].join(' ').trim()}`;
      by('now-status').textContent = printable(status);
      by('now-time').textContent = [stays, time].filter(Boolean).join(', ');
      by('now').dataset.tone = wrong ? 'bad' : '';
      by('slider').value = String(at + 1);
      by('slider').setAttribute('aria-valuetext', printable(text));
      by('back').disabled = at === 0;
      by('forward').disabled = this.isLast;
      this.markStrip();
      this.say(wrong ? `${text}. Wrong here: ${wrong}` : text);
    }

    // --- The time line ------------------------------------------------------------------------

    showStrip() {
      const { steps } = this;
      const seconds = steps.map((step, place) => secondsOf(step, steps[place + 1]) ?? 0);
      const total = seconds.reduce((sum, each) => sum + each, 0) || 1;
      const pieces = steps.map((step, place) => this.piece(step, place, seconds[place] / total));
      by('strip').replaceChildren(...pieces);
      by('slider').max = String(steps.length);
    }

    piece(step, place, share) {
      const title = printable(`${step.label} ${this.lengthText(place)}`);
      const made = make('div', { title }, share > NAMED ? step.label : '');
      made.style.flexGrow = String(Math.max(share, SHORTEST) * 1000);
      made.dataset.ink = this.inks.get(step.states.at(-1)) ?? 'grey';
      made.classList.toggle('broken', step.findings.length > 0);
      made.addEventListener('click', () => {
        this.pause();
        this.goTo(place);
      });
      return made;
    }

    markStrip() {
      for (const [place, piece] of [...by('strip').children].entries()) {
        piece.classList.toggle('reached', place <= this.at);
        piece.classList.toggle('here', place === this.at);
      }
    }
  }

  /** The colour of each state: by what the job came to, else the same for the same status. */
  const inksOf = ({ states }) => {
    const visible = [...new Set(states.map((state) => state.visible))];
    return states.map((state) => [
      state.id,
      state.final
        ? (ENDS[state.outcome] ?? 'grey')
        : INKS[visible.indexOf(state.visible) % INKS.length],
    ]);
  };

  return { Replay };
})();
