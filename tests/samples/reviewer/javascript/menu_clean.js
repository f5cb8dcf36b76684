// The dishes of the day.
export const menu = {
  soup: 4.5,
  pasta: 9,
  salad: 5,
};

export function order(name) {
  if (!(name in menu)) {
    throw new Error(`no ${name} today`);
  }
  return menu[name];
}
