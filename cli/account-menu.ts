import type { Menu, MenuButton } from '#channels'

/** A menu as a few lines, buttons below a button set in. */
export function menuLines(menu: Menu | null): string[] {
  if (menu === null) return ['  （没有）']
  return menu.button.flatMap((button) => [
    `  ${lineOf(button)}`,
    ...(button.sub_button ?? []).map((below) => `    ${lineOf(below)}`),
  ])
}

function lineOf({ name, type, key, url }: MenuButton): string {
  return [name, type, url ?? key].filter((part) => part !== undefined).join('  ')
}
