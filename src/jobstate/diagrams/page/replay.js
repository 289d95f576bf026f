'use strict';

/**
 * The replay of a job: on the picture, on the time line, to the slider and to screen readers.
 */
const Replaying = (() => {
  const { by, printable } = Picture;
  const { lengthWords } = Incident;
  const { stamp } = Axes;
  const STEP_MILLISECONDS = 1100;
  const PLAY = 'M5 3l12 7-12 7z';
  const PAUSE = 'M5 3h4v14H5zM11 3h4v14h-4z';
  /** How finely the slider divides the time that is shown. */
  const PARTS = 1000;
  const NOTHING_BESIDE = { passed: [], now: [] };

  /** At which step each state, arrow or start is passed first. */
  const firsts = (steps, ids) => {
    const found = new Map();
    steps.forEach((step, place) => {
      for (const id of ids(step)) if (!found.has(id)) found.set(id, place);
    });
    return found;
  };

  const until = (found, place) =>
    new Set([...found].filter(([, first]) => first <= place).map(([id]) => id));

  class Replay {
    /**
     * @param {Picture} picture - The picture.
     * @param {Function} say - Says a text to screen readers.
     * @param {Function} moved - Called with each step that the replay comes to, from 0.
     */
    constructor(picture, say, moved) {
      Object.assign(this, { picture, say, moved });
      this.timeline = new Timeline.Timeline((place) => {
        this.pause();
        this.goTo(place);
      });
      this.other = null;
      this.timer = null;
      this.steps = [];
      this.at = 0;
    }

    get isOn() {
      return this.steps.length > 0;
    }

    get isLast() {
      return this.at === this.steps.length - 1;
    }

    /** Replay what a job did, from some step on. */
    begin({ steps, beside }, { stays }, at) {
      this.pause();
      Object.assign(this, { steps, beside, stays, other: null });
      this.passed = {
        states: firsts(steps, (step) => step.states),
        arrows: firsts(steps, (step) => step.arrows),
        starts: firsts(steps, (step) => [step.start]),
      };
      by('replay').hidden = false;
      document.body.classList.add('replaying');
      this.timeline.clear();
      this.timeline.begin(stays);
      this.picture.resize();
      this.goTo(at);
      this.showView();
    }

    end() {
      this.pause();
      this.steps = [];
      by('replay').hidden = true;
      document.body.classList.remove('replaying');
      this.picture.place([], []);
      this.picture.jump(null, null);
      this.picture.resize();
    }

    // --- To a step ----------------------------------------------------------------------------

    goTo(place) {
      this.at = Math.min(Math.max(place, 0), this.steps.length - 1);
      this.moment = this.stays[this.at].begin;
      this.show();
      this.say(this.told());
    }

    step(far) {
      this.pause();
      this.goTo(this.at + far);
    }

    /** To wherever the slider is; the slider says itself where that is. */
    scrub() {
      this.pause();
      const value = Number(by('slider').value);
      const { axis } = this.timeline;
      this.moment = axis ? axis.moment(value / PARTS) : null;
      const place = axis ? (this.timeline.stepAt(this.moment) ?? 0) : value;
      const moved = place !== this.at;
      this.at = place;
      if (moved) this.show();
      else this.tell();
    }

    pause() {
      clearInterval(this.timer);
      this.timer = null;
      this.showButton();
    }

    play() {
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

    // --- What of the time is shown ------------------------------------------------------------

    /** Show another job on the same axis; of null none. */
    compare(job) {
      this.other = job;
      this.timeline.byStart &&= job !== null;
      this.timeline.begin(this.stays, job?.stays ?? null);
      this.showView();
    }

    /** Show only the time from, or until, where the replay is; of null all of it. */
    narrow(end) {
      const { timeline } = this;
      if (!timeline.axis) return;
      const { begin, end: last } = timeline.axis;
      if (end === null) timeline.range = null;
      timeline.narrow(...{ from: [this.moment, last], until: [begin, this.moment] }[end] ?? [0, 0]);
      this.showView();
    }

    /** Fold long waits, or align both jobs by their beginnings; or no more. */
    turn(what) {
      this.timeline[what] = !this.timeline[what];
      this.timeline.range = null;
      this.timeline.draw();
      this.showView();
    }

    /** The window has another width. */
    resize() {
      if (!this.isOn) return;
      this.timeline.draw();
      this.tell();
    }

    showView() {
      const { timeline } = this;
      by('view').hidden = !timeline.hasTimes;
      by('all').disabled = timeline.range === null;
      by('fold').setAttribute('aria-pressed', String(timeline.folds));
      by('align').setAttribute('aria-pressed', String(timeline.byStart));
      by('align').hidden = this.other === null;
      this.tell();
    }

    // --- What is seen -------------------------------------------------------------------------

    showButton() {
      const plays = this.timer !== null;
      by('play').setAttribute('aria-label', plays ? 'Pause' : 'Play');
      by('play-shape').setAttribute('d', plays ? PAUSE : PLAY);
    }

    show() {
      const { picture, at, passed } = this;
      const step = this.steps[at];
      const beside = this.isLast ? this.beside : NOTHING_BESIDE;
      const states = until(passed.states, at);
      for (const id of [...step.maybe, ...beside.passed]) states.add(id);
      const [arrows, starts] = [until(passed.arrows, at), until(passed.starts, at)];
      picture.show({ states, arrows, starts });
      const here = step.states.slice(-1);
      picture.place([...here, ...beside.now], step.findings.length || step.jump ? here : []);
      picture.jump(step.jump ? this.steps[at - 1]?.states.at(-1) : null, step.states[0]);
      picture.reveal(here[0]);
      this.moved(at);
      this.tell();
    }

    get status() {
      const { label, unknown } = this.steps[this.at];
      return `${label}${unknown ? ' (unknown to this life cycle)' : ''}`;
    }

    get lengthText() {
      const stay = this.stays[this.at];
      const length = lengthWords(stay);
      return length ? `for ${length}` : '';
    }

    /** Where the replay stands, in a sentence. */
    told() {
      const { at, steps } = this;
      const text = `Step ${at + 1} of ${steps.length}: ${this.status} ${this.lengthText}`.trim();
      const wrong = steps[at].findings.map((finding) => finding.message).join('; ');
      return wrong ? `${text}. Wrong here: ${wrong}` : text;
    }

    /** Say where the replay stands: on the bar, to the slider, on the time line. */
    tell() {
      const { at, steps, stays, moment, timeline } = this;
      const { begin } = stays[at];
      const from = begin === null ? 'time unknown' : `from ${stamp(begin)} UTC`;
      by('now-step').textContent = `Step ${at + 1} of ${steps.length}`;
      by('now-status').textContent = printable(this.status);
      by('now-time').textContent = [this.lengthText, from].filter(Boolean).join(', ');
      by('now-other').textContent = this.besideText();
      by('now').dataset.tone = steps[at].findings.length ? 'bad' : '';
      const slider = by('slider');
      slider.max = String(timeline.axis ? PARTS : steps.length - 1);
      if (document.activeElement !== slider || !timeline.axis)
        slider.value = String(
          timeline.axis ? Math.round(timeline.axis.share(moment ?? 0) * PARTS) : at,
        );
      const time = moment === null ? '' : `, ${stamp(moment)} UTC`;
      slider.setAttribute('aria-valuetext', printable(this.told() + time));
      by('back').disabled = at === 0;
      by('forward').disabled = this.isLast;
      timeline.at(moment);
    }

    /** Where the other job was at this moment. */
    besideText() {
      const { other, moment, timeline } = this;
      if (other === null || moment === null) return '';
      const place = timeline.stepAt(moment, 1);
      const status = place === null ? 'not there yet' : other.stays[place].status;
      return printable(`${other.name}: ${status}`);
    }
  }

  return { Replay };
})();
