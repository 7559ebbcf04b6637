// Turns measured figures into the Markdown that `cargo xtask bench` prints and keeps in docs/benchmarks.md.
//
// One row for each figure: Switchhook's page, the hand-written one, and the ratio of the two. What matters is the
// ratio: both were measured in turn, on the same machine, within minutes.

const whole = (value) => Math.round(value).toLocaleString('en-US');
const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;
const megabytes = (bytes) => `${(bytes / 1e6).toFixed(2)} MB`;
const seconds = (value) => `${value.toFixed(2)} s`;
const milliseconds = (value) => `${value.toFixed(0)} ms`;

const written = (write, value) => (Number.isFinite(value) ? write(value) : '–');

const feed = (shape) => [
  ['events per second that the page keeps up with', (page) => page[shape].eventsPerSecond, whole],
  ['main thread, CPU seconds per 100,000 events', (page) => page[shape].mainThread, seconds],
  ['of these, script (decoding and applying)', (page) => page[shape].script, seconds],
  ['of these, style and layout', (page) => page[shape].layout + page[shape].style, seconds],
  ['whole process, CPU seconds per 100,000 events', (page) => page[shape].process, seconds],
  ['time between frames, 95 of 100 below', (page) => page[shape].frameGap, milliseconds],
  ['time between frames, longest', (page) => page[shape].frameGapMost, milliseconds],
  ['from a click to its handler, 95 of 100 below', (page) => page[shape].click, milliseconds],
];

const heap = ({ heap: steps }) =>
  steps.flatMap(({ events }, place) => [
    [`JavaScript heap after ${whole(events)} events`, (page) => page.heap[place]?.script, megabytes],
    [`WebAssembly memory after ${whole(events)} events`, (page) => page.heap[place]?.wasm, megabytes],
  ]);

/** The report in Markdown. */
export function report({ switchhook, baseline, machine }) {
  const groups = [
    ['20 records in each WebSocket message', feed('twenty')],
    ['1 record in each WebSocket message', feed('one')],
    ['Memory, after a collection of garbage', heap(switchhook)],
    [
      'All files that the page loads',
      [
        ['as they are', (page) => page.size.raw, kilobytes],
        ['gzip', (page) => page.size.gzip, kilobytes],
        ['Brotli', (page) => page.size.brotli, kilobytes],
      ],
    ],
    ...[
      ['cold', 'Start with nothing cached'],
      ['warm', 'Start with the files cached'],
    ].map(([which, title]) => [
      title,
      [
        ['first paint: the static shell', (page) => page[which].paint, milliseconds],
        ['sign-in form', (page) => page[which].form, milliseconds],
        ['first row, the typing left out', (page) => page[which].row, milliseconds],
      ],
    ]),
  ];
  const lines = [
    `${new Date().toISOString().slice(0, 10)}, ${machine.processor}, ${machine.cores} cores, ${machine.memory} GiB of memory, Chromium ${machine.browser} (headless), ${machine.rounds === 1 ? 'one round' : `medians of ${machine.rounds} rounds`}; load of the machine ${machine.load.toFixed(1)} before and during the run, its own included.`,
    '',
    '| 1,000 agents, 50 queues, 500 callbacks | Switchhook | hand-written | ratio |',
    '| --- | ---: | ---: | ---: |',
  ];
  for (const [title, figures] of groups) {
    if (figures.length > 0) lines.push(`| **${title}** | | | |`);
    for (const [name, value, write] of figures) {
      const [ours, theirs] = [value(switchhook), value(baseline)];
      const ratio = theirs > 0 ? (ours / theirs).toFixed(2) : '–';
      lines.push(`| ${name} | ${written(write, ours)} | ${written(write, theirs)} | ${ratio} |`);
    }
  }
  return lines.join('\n');
}
