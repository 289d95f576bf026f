'use strict';

/**
 * The incident view as SVG, as `jobstate.diagrams.gantt.svg` draws it; and bars for the time line.
 */
const Gantt = (() => {
  const { shape } = Picture;
  const { cut, folded, lengthWords, rowsOf, slowWords, usualWords, whyWords } = Incident;
  const { stamp } = Axes;
  const EDGE = 24;
  /**
   * How wide the picture is, where bars begin and end whose stays have rows of their own, how high a
   * row is, how many characters fit a sentence and what was waited for. On a phone the bars stand
   * below what is told of them.
   */
  const WIDE = { width: 1200, opened: [330, 960], row: 38, sentence: 165, why: 47 };
  const NARROW = { width: 480, opened: [EDGE, 480 - EDGE], row: 74, sentence: 66, why: 68 };
  const [LEAST, CHARACTER, TICK] = [3, 7.2, 84];
  const [LINE, ROW, BAR] = [19, 38, 15];
  const LABELLED = 8;
  const WRONG = '\u00d7';
  const BAND = 'usual: half of such stays end at the notch, 19 of 20 within the band';
  const FOLDED = 'nothing happened: left out';

  // --- Bars -----------------------------------------------------------------------------------

  const text = (content, x, y, name) => shape('text', { x, y, class: name }, content);

  const rectangle = (x, y, width, height, name, rx = 0) =>
    shape('rect', { x, y, width: Math.max(width, 0), height, rx, class: name });

  /** What is told of a bar that is pointed at. */
  const told = (stay) =>
    [
      `${stay.number}: ${stay.status}`,
      lengthWords(stay),
      stay.begin === null ? '' : `${stamp(stay.begin)} UTC`,
      stay.alarm,
    ]
      .filter(Boolean)
      .join(', ');

  const barOf = (stay, axis) => {
    if (stay.begin === null) return null;
    const left = axis.share(stay.begin);
    return { left, right: stay.end === null ? left : axis.share(stay.end), stay, said: '' };
  };

  const urgency = ({ stay }) => (stay.alarm ? 0 : 2) + (stay.isEnd ? 0 : 1);

  /**
   * The bars of stays, so that there are no more of them than pixels: those of less than a pixel
   * that begin in the same one have one bar, that of the first that breaks a rule, else of the end.
   */
  const joined = (stays, axis, wide) => {
    const pixels = new Map();
    for (const bar of stays.map((stay) => barOf(stay, axis)).filter(Boolean)) {
      const pixel = Math.trunc(bar.left * wide);
      if (!pixels.has(pixel)) pixels.set(pixel, []);
      pixels.get(pixel).push(bar);
    }
    return [...pixels.values()].flatMap((together) => {
      const isThin = ({ left, right }) => (right - left) * wide < 1;
      const thin = together.filter(isThin);
      const thick = together.filter((bar) => !isThin(bar));
      if (thin.length < 2) return [...thick, ...thin];
      const first = thin.reduce((one, other) => (urgency(other) < urgency(one) ? other : one));
      const said = `${told(first.stay)}, and ${(thin.length - 1).toLocaleString('en')} more`;
      return [...thick, { left: first.left, right: thin.at(-1).right, stay: first.stay, said }];
    });
  };

  const namesOf = ({ stage, open, alarm, over }) =>
    ['bar', `s-${stage}`, open && 'open', alarm && 'alarm', over && 'over'].filter(Boolean).join(' ');

  /**
   * A bar between two places, with what is told of it.
   *
   * @param {object} bar - The bar.
   * @param {object} place - `left` and `right` of the axis, `top` and `height` of the bar.
   * @param {boolean} named - Its status stands in it, where there is room.
   */
  const drawnBar = ({ left, right, stay, said }, place, named) => {
    const room = place.right - place.left;
    const [from, to] = [place.left + left * room, place.left + right * room];
    const wide = Math.max(to - from, LEAST);
    const x = Math.min(from, place.right - LEAST);
    const drawn = shape(
      'g',
      {},
      shape('title', {}, said || told(stay)),
      rectangle(x, place.top, wide, place.height, namesOf(stay), 2),
    );
    if (named && stay.status.length * CHARACTER < wide) {
      const middle = place.top + place.height / 2 + 4;
      drawn.append(text(stay.status, from + 4, middle, `on-bar on-${stay.stage}`));
    }
    return drawn;
  };

  /** What opens a job at a step: `#job-step`. */
  const anchor = (name, step) => `#${encodeURIComponent(name)}-${step}`;

  /** A link to a step, or to the console, which is no reason to leave the page. */
  const linked = (part, href) => {
    if (!href) return part;
    return shape('a', href.startsWith('#') ? { href } : { href, target: '_blank' }, part);
  };

  // --- The picture ----------------------------------------------------------------------------

  /** Draws from top to bottom. */
  class Drawing {
    constructor(incident, titles, form) {
      Object.assign(this, { incident, titles, form });
      [this.left, this.right] = incident.opens ? form.opened : [EDGE, form.width - EDGE];
      this.stages = new Set();
      this.parts = [];
      this.behind = [];
      this.y = 40;
      this.closed = 0;
    }

    draw() {
      const { incident } = this;
      this.parts.push(text(incident.title, EDGE, this.y, 'title'));
      for (const job of incident.jobs) {
        this.y += 2 * LINE;
        this.head(job);
        if (incident.axis && job.stays.length) this.gantt(job, incident.axis);
      }
      this.legend();
      this.y += EDGE;
      const { width } = this.form;
      const size = { viewBox: `0 0 ${width} ${this.y}`, width, height: this.y };
      return shape(
        'svg',
        { ...size, class: 'incident', 'aria-label': incident.title },
        shape('rect', { class: 'paper', width: '100%', height: '100%' }),
        ...this.behind,
        ...this.parts,
      );
    }

    head(job) {
      const head = text('', EDGE, this.y, 'head');
      const name = shape('tspan', {}, job.name);
      head.append(job.console ? linked(name, job.console) : name);
      this.parts.push(head);
      if (this.form === NARROW) this.sentences(job.headline, `strong o-${job.outcome}`);
      else head.append(shape('tspan', { class: `o-${job.outcome}`, dx: 12 }, job.headline));
      this.sentences(job.reason && `“${job.reason}”`, 'bad');
      for (const { text: said, number, isNote } of job.findings) {
        const link = number === null ? '' : anchor(job.name, number);
        this.sentences(isNote ? said : `${WRONG} ${said}`, isNote ? 'quiet' : 'bad', link);
      }
      this.sentences(slowWords(job), 'slow');
      if (!this.incident.opens) return;
      this.sentences(`${job.kind}, ${job.id}`, 'quiet');
      this.sentences(job.console, 'quiet', job.console);
    }

    sentences(said, tone, link = '') {
      for (const line of folded(said, this.form.sentence)) {
        this.y += LINE;
        this.parts.push(linked(text(line, EDGE, this.y, `sentence ${tone}`), link));
      }
    }

    gantt(job, axis) {
      const { opens } = this.incident;
      const labelled = opens || this.closed % LABELLED === 0;
      this.closed += 1;
      const top = labelled ? this.y + LINE : this.y;
      this.y = top + LINE;
      if (opens) for (const stay of rowsOf(job)) this.row(stay, job, axis);
      else this.bars(job, axis);
      this.grid(axis, top, labelled);
    }

    grid(axis, top, labelled) {
      const high = this.form === WIDE ? this.y - top - 4 : 8; // no line runs through what is told
      let free = 0;
      for (const { share, label } of axis.ticks(Math.trunc((this.right - this.left) / TICK))) {
        const x = this.x(share);
        this.behind.push(rectangle(x, top + 4, 1, high, 'tick'));
        if (labelled && x >= free && x + label.length * 6 <= this.form.width) {
          this.parts.push(text(label, x + 3, top + 2, 'tick-text'));
          free = x + label.length * 6.4 + 8;
        }
      }
      for (const share of axis.folds)
        this.behind.push(rectangle(this.x(share) - 2, top + 4, 4, high, 'fold'));
    }

    row(stay, job, axis) {
      const { row: high, why: longest } = this.form;
      const [top, beside] = [this.y, this.form === WIDE];
      this.y += high;
      if (typeof stay === 'number') {
        this.parts.push(text(`… ${stay.toLocaleString('en')} more …`, 54, top + 23, 'quiet'));
        return;
      }
      const number = text(String(stay.number), 44, top + 16, 'number');
      this.parts.push(linked(number, anchor(job.name, stay.number)));
      this.parts.push(text(cut(stay.status, WIDE.why - 14), 54, top + 16, 'status'));
      const why = stay.alarm ? `${WRONG} ${stay.alarm}` : whyWords(stay);
      this.parts.push(text(cut(why, longest), 54, top + 31, stay.alarm ? 'bad' : 'quiet'));
      const bar = barOf(stay, axis);
      if (bar) {
        this.bar(bar, job, top + (beside ? 4 : 38));
        this.band(stay, axis, top + (beside ? 22 : 56));
      }
      this.lengths(stay, top);
    }

    /** When a stay began, how long it was, and how long it usually is. */
    lengths(stay, top) {
      const [length, begun] = [lengthWords(stay), stay.begin === null ? '' : stamp(stay.begin)];
      const tone = stay.over ? 'slow' : 'quiet';
      if (this.form === NARROW) {
        const said = [length, usualWords(stay)].filter(Boolean).join(', ') || begun.slice(11);
        this.parts.push(text(said, this.right, top + 16, `${tone} end`));
        return;
      }
      const line = text('', this.right + 12, top + 16, 'quiet');
      if (length) line.append(shape('tspan', { class: stay.over ? 'slow' : 'length' }, length));
      const at = begun && `${length ? 'from' : 'at'} ${begun.slice(11)}`;
      line.append(shape('tspan', { dx: 6 }, at));
      this.parts.push(line, text(usualWords(stay), this.right + 12, top + 31, tone));
    }

    bars(job, axis) {
      const wide = this.right - this.left;
      for (const bar of joined(job.stays, axis, wide)) this.bar(bar, job, this.y - 8);
      this.y += ROW - LINE;
    }

    bar(bar, job, top) {
      this.stages.add(bar.stay.stage);
      const place = { left: this.left, right: this.right, top, height: BAR };
      const drawn = drawnBar(bar, place, !this.incident.opens);
      this.parts.push(linked(drawn, anchor(job.name, bar.stay.number)));
    }

    band({ begin, usual }, axis, top) {
      if (!usual || begin === null) return;
      const left = this.x(axis.share(begin));
      const [half, most] = usual.map((length) => begin + length);
      const wide = Math.max(this.x(axis.share(most)) - left, 1);
      this.parts.push(rectangle(left, top, wide, 4, 'band'));
      if (axis.has(half))
        this.parts.push(rectangle(this.x(axis.share(half)) - 1, top - 2, 2, 8, 'half'));
    }

    x(share) {
      return this.left + share * (this.right - this.left);
    }

    legend() {
      this.y += 2 * LINE;
      let x = EDGE;
      let { y } = this;
      const tell = (signs, wide, said) => {
        this.parts.push(...signs, text(said, x + wide, y, 'quiet'));
        x += wide + said.length * 6 + 20;
        if (this.form === NARROW) {
          y += LINE;
          [this.y, x] = [y, EDGE];
        }
      };
      for (const [stage, title] of Object.entries(this.titles))
        if (this.stages.has(stage)) tell([rectangle(x, y - 10, 12, 12, `bar s-${stage}`, 2)], 18, title);
      const { axis, jobs } = this.incident;
      if (axis?.folds.length) tell([rectangle(x, y - 12, 4, 16, 'fold')], 10, FOLDED);
      if (jobs.some(({ stays }) => stays.some(({ usual }) => usual))) {
        const band = rectangle(x, y - 6, 24, 4, 'band');
        tell([band, rectangle(x + 9, y - 8, 2, 8, 'half')], 30, BAND);
      }
    }
  }

  /** The incident view without its style sheet, 1,200 pixels wide; for a phone 480. */
  const drawn = (incident, titles, form = WIDE) => new Drawing(incident, titles, form).draw();

  return { NARROW, WIDE, WRONG, anchor, drawn, drawnBar, joined, rectangle, text };
})();
