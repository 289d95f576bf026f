'use strict';

/**
 * Reads one answer by the schema of the tables (`jobstate.model.schema_reader`): what it says, or
 * everything that is wrong with it.
 *
 * Knows no service: names, bounds and words come from the tables. Nothing here throws on any JSON.
 */
const Reading = (() => {
  const [SECOND, MINUTE] = [1_000_000, 60_000_000];
  const [FIRST, BEYOND] = [2000, 2100].map((year) => Date.UTC(year, 0, 1) / 1000);
  const [LONGEST_TIME, LONGEST_SHOWN] = [64, 300];
  const LONE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;
  const IS_NUMBER = /^[0-9]{1,20}(?:\.[0-9]{1,20})?(?:[Ee]\+?[0-9]{1,2})?$/;
  const ISO = new RegExp(
    '^(\\d{4})-(\\d\\d)-(\\d\\d)[^](\\d\\d)(?::(\\d\\d)(?::(\\d\\d)(?:[.,](\\d+))?)?)?' +
      '(?:Z|([+-])(\\d\\d):?(\\d\\d)(?::?(\\d\\d)(?:\\.(\\d+))?)?)$',
  );

  // --- Values and words -----------------------------------------------------------------------

  /** A text of the tables with values in its fields, as by Python's `str.format`. */
  const filled = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

  /** Says the sentences of a table. */
  const sayer = (sentences) => (key, values) => filled(sentences[key], values);

  /** What is found to be wrong, by what the tables have of it. */
  const finding = ({ rule, allowed = [], ...texts }, values, at, more = []) => {
    const [message, path, seen, ...right] = [texts.message, texts.path, texts.seen, ...allowed].map(
      (text) => filled(text, values),
    );
    return { rule, message, path, seen, allowed: [...right, ...more], at };
  };

  const absent = (value) => value === undefined || value === null;
  const isMapping = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

  /** Own fields only: an answer may well have a field called "constructor". */
  const own = (mapping, name) => (Object.hasOwn(mapping, name) ? mapping[name] : undefined);

  /** What stands at a path; undefined for nothing. */
  const at = (value, path) =>
    path?.reduce((found, name) => (isMapping(found) ? own(found, name) : undefined), value);

  /** All that stands at a path, of lists in it whatever each of them has. */
  const allAt = (record, path) =>
    path.reduce((found, name) => found.flatMap((each) => own(each, name) ?? []), [record]);

  /** A path seen from one level further out. */
  const under = (prefix, path) =>
    prefix && path && !path.startsWith('[') ? `${prefix}.${path}` : prefix + path;

  /** A value as JSON has it, in ASCII: the same as Python's `json.dumps`. */
  const jsonText = (value) => {
    const spelled = (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`;
    return JSON.stringify(value).replace(/[^ -~]/g, spelled);
  };

  /** A value as an error shows it: on one line, cut to a bearable length. */
  const shown = (value = null) => {
    if (Array.isArray(value)) return `a list of ${value.length}`;
    const text = isMapping(value) ? 'a mapping' : jsonText(value);
    return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
  };

  /** A value as a message prints it, cut like Python's. */
  const valueText = (say, value) => {
    const text = value instanceof Time ? clock(value) : jsonText(value);
    const [start, length] = [text.slice(0, LONGEST_SHOWN), text.length.toLocaleString('en-US')];
    return text.length > LONGEST_SHOWN ? say('cut', { start, length }) : text;
  };

  // --- Times ----------------------------------------------------------------------------------

  /** A moment in whole microseconds since 1970, which fit into a number until 2255. */
  class Time {
    constructor(micros) {
      this.micros = micros;
    }
  }

  const fromNumber = (number) => {
    const seconds = number < BEYOND ? number : number / 1000;
    const whole = Math.trunc(seconds);
    const micros = (seconds - whole) * 1e6;
    const low = Math.floor(micros); // as Python rounds: a half to the even neighbour
    const isUp = micros - low === 0.5 ? low % 2 : micros - low > 0.5;
    return new Time(whole * SECOND + low + Number(isUp));
  };

  const toMicros = (digits = '') => Number(digits.slice(0, 6).padEnd(6, '0'));

  const fromIso = (text) => {
    const found = ISO.exec(text);
    if (!found) return undefined;
    const parts = found.slice(1, 7).map((part) => Number(part ?? 0));
    const date = new Date(Date.UTC(parts[0], parts[1] - 1, ...parts.slice(2)));
    // What there is not, as the 30th of February, becomes something else.
    const there = date.toISOString().slice(5, 19).split(/\D/).map(Number);
    const [hours, minutes, seconds] = found.slice(9, 12).map((part) => Number(part ?? 0));
    const isThere = there.join() === parts.slice(1).join();
    if (!isThere || hours > 23 || minutes > 59 || seconds > 59) return undefined;
    const offset = (hours * 3600 + minutes * 60 + seconds) * SECOND + toMicros(found[12]);
    const east = found[8] === '-' ? -offset : offset;
    return new Time(date.getTime() * 1000 + toMicros(found[7]) - east);
  };

  /** A time of whatever form; undefined where it is none, or out of all bounds. */
  const timeOf = (value) => {
    const isText = typeof value === 'string' && [...value].length <= LONGEST_TIME;
    const isNumber = isText && value[4] !== '-' && IS_NUMBER.test(value);
    let time;
    if (typeof value === 'number' || isNumber) time = fromNumber(Number(value));
    else if (isText) time = fromIso(value);
    return time?.micros >= FIRST * SECOND && time.micros < BEYOND * SECOND ? time : undefined;
  };

  /** How finely a time was printed: to the minute, the second, or as it is. */
  const unitOf = ({ micros }) => [MINUTE, SECOND, 1].find((unit) => micros % unit === 0);

  /** When a record was last changed that an answer shows, at the earliest and the latest. */
  const intervalOf = ({ modified, notBefore }) => {
    const begin = (modified ?? notBefore)?.micros ?? 0;
    return { begin, end: modified ? begin + unitOf(modified) - 1 : Infinity };
  };

  const cut = ({ micros }, other) => Math.floor(micros / unitOf(other)) * unitOf(other);

  /** Two times agree at the coarser of the precisions that they were printed at. */
  const sameTime = (one, other) => cut(one, other) === cut(other, one);

  const isBefore = (one, other) => one.micros < other.micros && !sameTime(one, other);

  /** Of two times the later, which of two prints of one is the finer: a print can only cut. */
  const later = (one, other) => (one && !(other && other.micros > one.micros) ? one : other);

  /** A time as people read it: UTC, as finely as it is known. */
  const clock = ({ micros }) => {
    const rest = micros % SECOND;
    const text = new Date((micros - rest) / 1000).toISOString().slice(0, 19).replace('T', ' ');
    return rest ? `${text}.${String(rest).padStart(6, '0').replace(/000$/, '')}` : text;
  };

  // --- Fields ---------------------------------------------------------------------------------

  const patterns = new Map();

  const matches = (pattern, text) => {
    if (!patterns.has(pattern)) patterns.set(pattern, new RegExp(`^(?:${pattern})$`));
    return patterns.get(pattern).test(text);
  };

  const text = ({ shortest = 0, longest, pattern }, value) => {
    if (typeof value !== 'string' || LONE.test(value)) return undefined;
    const { length } = [...value];
    const fits = length >= shortest && length <= longest;
    return fits && (!pattern || matches(pattern, value)) ? value : undefined;
  };

  /** What reads the value of a field, by its kind; undefined of what is not right. */
  const READERS = {
    text,
    status: text,
    time: (_, value) => timeOf(value),
    count: ({ longest }, value) =>
      Number.isInteger(value) && value >= 0 && value <= longest ? value : undefined,
    flag: (_, value) => (typeof value === 'boolean' ? value : undefined),
    part: ({ fields }, value, path, reader) =>
      isMapping(value) ? reader.all(fields, value, path) : undefined,
    list: ({ each, longest }, value, path, reader) => {
      const one = (item, place) => reader.one(each, item, `${path}[${place}]`);
      return Array.isArray(value) && value.length <= longest ? value.map(one) : undefined;
    },
  };

  /** Reads fields and collects what is wrong, each problem with its path. */
  class Fields {
    constructor(schema) {
      Object.assign(this, { say: sayer(schema.expected), problems: [] });
    }

    all(fields, mapping, path) {
      const there = ([name, field]) => field.required || !absent(own(mapping, name));
      const read = ([name, field]) =>
        [name, this.one(field, own(mapping, name), under(path, name))];
      const found = Object.entries(fields).filter(there).map(read);
      return Object.fromEntries(found.filter(([, value]) => value !== undefined));
    }

    one(field, value, path) {
      const read = READERS[field.kind](field, value, path, this);
      if (read !== undefined) return read;
      if (absent(value) && field.required)
        this.problems.push({ path, expected: this.say('required', field), got: '' });
      else {
        const isWrong = ({ pattern }) => !new RegExp(`^${pattern}`).test(String(value));
        const { expected } = field.segments?.find(isWrong) ?? field;
        this.problems.push({ path, expected, got: shown(value) });
      }
      return undefined;
    }
  }

  // --- Observations ---------------------------------------------------------------------------

  /** What the value at a sign's path tells of its feature; undefined for nothing. */
  const TELLS = {
    is: (value) => value,
    there: () => true,
    positive: (value) => (value > 0 ? true : undefined),
    excluded: () => false,
  };

  const featuresOf = ({ signs = [] }, record) => {
    const features = {};
    for (const { feature, path, test } of signs) {
      const [tells] = allAt(record, path).slice(0, 1).map(TELLS[test]);
      if (tells !== undefined) features[feature] = tells;
    }
    return features;
  };

  const shownOf = ({ places }, record, spelling) => {
    const found = {};
    for (const { region, ...paths } of places) {
      const status = (path) => at(record, path) ?? null;
      const spelt = (path) => own(spelling, status(path)) ?? status(path);
      const axes = ['primary', 'secondary', 'previous'].map((axis) => [axis, spelt(paths[axis])]);
      if (axes[0][1] !== null) found[region] = Object.fromEntries(axes);
    }
    return found;
  };

  const entriesOf = ({ stays }, record) =>
    (at(record, stays?.path) ?? []).map((stay) => {
      const [status, start, end] = [stays.status, stays.start, stays.end].map((name) => stay[name]);
      return { status, start, end: end ?? null, message: stay[stays.message] ?? null };
    });

  /** What shows more of an end than its status, or why it failed; nothing where nothing does. */
  const endOf = ({ ends = [], places, causes }, record, shownNow, reason) => {
    const holds = ({ status, path, begins }) => {
      if (status !== shownNow[places[0].region]?.primary) return false;
      const value = at(record, path);
      return begins ? typeof value === 'string' && value.startsWith(begins) : value === true;
    };
    const kinds = new Map(causes?.kinds);
    const cause = reason ? (kinds.get(reason.split(':')[0].trim()) ?? causes?.otherwise) : null;
    return ends.find(holds) ?? { cause };
  };

  /**
   * Fields that have a value, of a list how many are in it: some sources print an empty text for
   * what a job does not have.
   */
  const valuesOf = (schema, record) => {
    const counted = (value) => (Array.isArray(value) ? value.length : value);
    const value = ([name, path]) => [name, counted(at(record, path))];
    const all = Object.entries(schema.values).map(value);
    return new Map(all.filter(([, each]) => ![undefined, '', false].includes(each)));
  };

  /** What one answer says: an observation, or the problems that it has. */
  const observe = (schema, answer, spelling = {}) => {
    const fields = new Fields(schema);
    const has = (name) => Object.hasOwn(answer, name);
    const shape = schema.shapes.find((each) => each.own.some(has)) ?? schema.shapes.at(-1);
    const record = fields.all(shape.fields, answer, '');
    if (fields.problems.length) return { problems: fields.problems };
    const created = at(record, schema.created);
    const toSecond = created && new Time(created.micros - (created.micros % SECOND));
    const failureReason = at(record, schema.failure_reason) || null;
    const notBefore = (schema.not_before ?? []).flatMap((path) => allAt(record, path));
    const shownNow = shownOf(schema, record, spelling);
    const { outcome = null, cause = null } = endOf(schema, record, shownNow, failureReason);
    const job = { name: at(record, schema.id), created: toSecond ?? null };
    const modified = at(record, schema.modified) ?? null;
    const [features, values] = [featuresOf(schema, record), valuesOf(schema, record)];
    return {
      ...{ job, shown: shownNow, features, entries: entriesOf(schema, record), failureReason },
      ...{ outcome, cause, values, possible: shape.possible },
      ...{ modified, notBefore: notBefore.reduce(later, null) },
    };
  };

  return {
    ...{ Time, absent, at, clock, finding, intervalOf, isBefore, isMapping, later, observe, own },
    ...{ sameTime, sayer, shown, timeOf, under, valueText },
  };
})();
