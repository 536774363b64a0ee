export { drawCodeSheet, type CodeSheet } from './code-sheet.ts'
export { toPdf } from './pdf.ts'
export { toPng } from './png.ts'
export { scaled, type Page } from './shapes.ts'
