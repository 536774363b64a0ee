import type { Figures } from '#understanding'
import type { Evaluation } from './evaluate.ts'

const escape = (text: string): string =>
  text.replace(/[&<>"]/g, (each) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[each]!)

/** One page of HTML without scripts or anything fetched: figures, confusion matrices, a reliability plot. */
export function evaluationPage(evaluation: Evaluation, { title, model }: { title: string; model: string }): string {
  const parts = (['topic', 'kind', 'group'] as const).flatMap((name) => {
    const figures = evaluation[name]
    return figures
      ? [
          `<h2>${{ topic: '主题', kind: '类别', group: '群聊' }[name]}</h2>`,
          summary(figures, name === 'topic'),
          matrix(figures),
        ]
      : []
  })
  const { place, emergency } = evaluation
  if (place) parts.push(`<h2>地点</h2><p>${place.count} 条，${(100 * place.accuracy).toFixed(1)}% 与原文一致</p>`)
  if (emergency) {
    parts.push(
      `<h2>紧急</h2><p>${emergency.there} 条紧急中发现 ${emergency.found} 条；其余 ${emergency.others} 条中误报 ${emergency.falseAlarms} 条</p>`,
    )
  }
  return `<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>${escape(title)}</title>
<style>body{font:14px/1.6 sans-serif;margin:2rem;max-width:70rem}table{border-collapse:collapse}td,th{padding:.2rem .5rem;text-align:right;border:1px solid #ddd}th{background:#f5f5f5;font-weight:normal}.side{text-align:left}</style>
<h1>${escape(title)}</h1><p>模型 ${escape(model)}</p>
${parts.join('\n')}
</html>
`
}

function summary(figures: Figures, withConfidence: boolean): string {
  const rows = figures.classes
    .filter(({ count }) => count > 0)
    .map(
      ({ name, precision, recall, f1, count }) =>
        `<tr><th class="side">${escape(name)}</th>${[precision, recall, f1].map((each) => `<td>${each.toFixed(3)}</td>`).join('')}<td>${count}</td></tr>`,
    )
  const sure = withConfidence
    ? `，95% 正确时可直接转出 ${(100 * figures.coverage95).toFixed(1)}%，校准误差 ${figures.calibrationError.toFixed(3)}`
    : ''
  return `<p>${figures.count} 条，准确率 ${(100 * figures.accuracy).toFixed(1)}%，宏平均 F1 ${figures.macroF1.toFixed(4)}${sure}</p>
<table><tr><th></th><th>精确率</th><th>召回率</th><th>F1</th><th>条数</th></tr>${rows.join('')}</table>
${withConfidence ? reliability(figures) : ''}`
}

/** Rows are the truth, columns what was said; the darker, the larger a share of its row. */
function matrix({ classes, confusion }: Figures): string {
  const head = classes.map(({ name }) => `<th>${escape(name)}</th>`).join('')
  const rows = confusion.map((row, truth) => {
    const sum = Math.max(
      1,
      row.reduce((all, each) => all + each, 0),
    )
    const cells = row.map((count, said) => {
      const colour = `rgba(${truth === said ? '40,120,60' : '190,50,40'},${((count / sum) * 0.8).toFixed(2)})`
      return `<td style="background:${colour}">${count || ''}</td>`
    })
    return `<tr><th class="side">${escape(classes[truth]!.name)}</th>${cells.join('')}</tr>`
  })
  return `<h3>混淆矩阵（行为真实，列为判断）</h3><table><tr><th></th>${head}</tr>${rows.join('')}</table>`
}

/** Accuracy over confidence; a calibrated reader lies on the diagonal. The dot's area is the number of lines. */
function reliability({ bins, count }: Figures): string {
  const at = (share: number): number => 30 + 240 * share
  const dots = bins
    .filter((bin) => bin.count > 0)
    .map(
      (bin) =>
        `<circle cx="${at(bin.confidence).toFixed(1)}" cy="${(300 - at(bin.accuracy)).toFixed(1)}" r="${(3 + 14 * Math.sqrt(bin.count / count)).toFixed(1)}" fill="#2a6" fill-opacity=".6"><title>${bin.count} 条：把握 ${bin.confidence.toFixed(2)}，正确 ${bin.accuracy.toFixed(2)}</title></circle>`,
    )
  return `<h3>可靠性（横轴为把握，纵轴为正确率）</h3><svg viewBox="0 0 300 300" width="300" height="300" role="img" aria-label="可靠性图"><path d="M30 270H270V30H30ZM30 270L270 30" fill="none" stroke="#999"/>${dots.join('')}<text x="30" y="290" font-size="11">0</text><text x="262" y="290" font-size="11">1</text></svg>`
}
