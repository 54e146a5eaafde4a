import type { Lab } from '../test/kit/lab.ts'
import { type Cost, groupHosts, measure } from './measure.ts'
import { objection } from './proof.ts'
import type { Row } from './table.ts'
import type { Run, Tool } from './tools.ts'

type Say = (line: string) => void

/** Runs all tools in every round, each of them on hosts that are as new; another one is the first from round to round. */
export const measureTools = async (
  lab: Lab,
  tools: readonly Tool[],
  rounds: number,
  say: Say,
): Promise<ReadonlyMap<Run, Row>> => {
  const rows = new Map<Run, Row>()
  for (const tool of tools) for (const run of tool.runs) rows.set(run, { title: run.row, costs: [] })
  for (let round = 0; round < rounds; round += 1)
    for (const tool of [...tools.slice(round % tools.length), ...tools.slice(0, round % tools.length)]) {
      await Promise.all(lab.hosts.map((host) => host.reset()))
      for (const run of tool.runs.flatMap((one) => Array.from({ length: one.times ?? 1 }, () => one))) {
        const row = rows.get(run) ?? { title: run.row, costs: [] }
        const { cost, wrong } = await measureRun(lab, tool, run, (line) =>
          say(`round ${round + 1} of ${rounds}: ${line}`),
        )
        rows.set(run, { ...row, costs: [...row.costs, cost], ...(wrong === null ? {} : { objection: wrong }) })
      }
    }
  return rows
}

const measureRun = async (
  lab: Lab,
  { env, after }: Tool,
  run: Run,
  say: Say,
): Promise<{ readonly cost: Cost; readonly wrong: string | null }> => {
  const spaces = await Promise.all(lab.hosts.map((host) => host.exec('readlink /proc/self/ns/uts')))
  groupHosts(new Set(spaces.map(({ stdout }) => stdout.toString().trim())))
  const { cost, code, said } = await measure(run.argv, {
    env: { PATH: process.env.PATH ?? '', ...env },
    cwd: process.cwd(),
    ...(after === undefined ? {} : { after }),
  })
  const perHost = (seconds: number): string => ((seconds * 1000) / lab.hosts.length).toFixed(1)
  say(`${run.row}: ${perHost(cost.clientCpu)} + ${perHost(cost.hostCpu)} ms CPU per host, ${cost.wall.toFixed(1)} s`)
  const wrong = await objection(lab, run.proof, code, said)
  if (wrong !== null) say(`${run.row} did not do its work: ${wrong}\n${said.slice(-3000)}`)
  return { cost, wrong }
}
