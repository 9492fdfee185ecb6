/**
 * Side by side: in every round each contender does its batch once, so that a busy machine disturbs all of them alike, and
 * what is reported is the ratio within a round. Times are CPU time. A contender that answers wrong is not timed.
 */

/** @typedef {{ name: string, round: () => number | Promise<number> }} Contender `round` gives microseconds per operation. */

/**
 * A contender of this process. `operation(index)` must answer true for every index: anything else stops the bench.
 * A round is several passes over the batch. `prepare` runs before each pass and is not timed; `refuses` must answer false to
 * a spoilt input.
 */
export function inProcess({ name, batch, passes = 1, prepare = () => {}, operation, refuses }) {
  return {
    name,
    async round() {
      let microseconds = 0;
      for (let pass = 0; pass < passes; pass += 1) {
        await prepare();
        if (refuses !== undefined && (await refuses()) !== false) throw new Error(`${name} accepts a spoilt input`);
        let good = 0;
        const before = process.cpuUsage();
        for (let index = 0; index < batch; index += 1) {
          const answer = operation(index);
          if ((typeof answer === 'boolean' ? answer : await answer) === true) good += 1;
        }
        const spent = process.cpuUsage(before);
        if (good !== batch) throw new Error(`${name} answers ${good} of ${batch} right: a wrong verdict is not timed`);
        microseconds += spent.user + spent.system;
      }
      return microseconds / batch / passes;
    },
  };
}

/**
 * Measures the contenders in interleaved rounds. The first of them is the one that the others are compared with.
 * @param {string} title
 * @param {Contender[]} contenders
 */
export async function row(title, contenders, { rounds = 15, warmUp = 10 } = {}) {
  const times = contenders.map(() => []);
  for (let round = -warmUp; round < rounds; round += 1) {
    for (const [index, contender] of contenders.entries()) {
      const time = await contender.round();
      if (round >= 0) times[index].push(time);
    }
  }
  const lines = contenders.map((contender, index) => {
    const ratios = times[index].map((time, round) => time / times[0][round]);
    return [contender.name, ...spread(times[index], format), ...(index === 0 ? ['1', ''] : spread(ratios, format))];
  });
  const header = ['contender', 'median µs', 'min–max', 'ratio (median)', 'min–max'];
  return `### ${title}\n\n${markdown(header, lines)}\n`;
}

export function markdown(header, lines) {
  const widths = header.map((name, column) => Math.max(name.length, ...lines.map((cells) => cells[column].length)));
  const line = (cells, fill = ' ') =>
    `| ${widths.map((width, column) => cells[column].padEnd(width, fill)).join(' | ')} |`;
  const rule = line(
    header.map(() => '-'),
    '-',
  );
  return [line(header), rule, ...lines.map((cells) => line(cells))].join('\n');
}

/** @returns {[string, string]} the median, and the smallest with the greatest. */
export function spread(values, show = format) {
  const sorted = [...values].sort((a, b) => a - b);
  return [show(sorted[sorted.length >> 1]), `${show(sorted[0])}–${show(sorted.at(-1))}`];
}

export function format(value) {
  if (value >= 1000) return Math.round(value).toLocaleString('en-US');
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
