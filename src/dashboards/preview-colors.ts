/** The colors of a picture of a preview. The names say what they are for. */
export const COLOR = {
  background: '#ffffff',
  text: '#2b2b33',
  aside: '#62656f',
  grid: '#e4e7ed',
  alert: '#c2293a',
  warn: '#8f6200',
  ok: '#2a7e41',
  noData: '#6f7480',
} as const;

/** The colors of groups. None of them is close to that of a state. */
export const SERIES_COLORS = ['#2f65d0', '#0b8484', '#8347c2', '#b3407f', '#7a5a2b'] as const;

/** Colors in dark mode, by those in light mode. */
const DARK: ReadonlyMap<string, string> = new Map([
  [COLOR.background, '#17191e'],
  [COLOR.text, '#e8eaf0'],
  [COLOR.aside, '#a6aab6'],
  [COLOR.grid, '#30343e'],
  [COLOR.alert, '#ff7a85'],
  [COLOR.warn, '#f0b840'],
  [COLOR.ok, '#5cc47a'],
  [COLOR.noData, '#9298a6'],
  ['#2f65d0', '#7aa5ee'],
  ['#0b8484', '#3fc4bd'],
  ['#8347c2', '#b98bea'],
  ['#b3407f', '#e884b8'],
  ['#7a5a2b', '#c9a46b'],
]);

/** A style sheet that replaces the colors where the reader prefers dark mode. */
export const DARK_STYLE = `@media (prefers-color-scheme:dark){${[...DARK]
  .map(([light, dark]) => `[fill="${light}"]{fill:${dark}}[stroke="${light}"]{stroke:${dark}}`)
  .join('')}}`;
