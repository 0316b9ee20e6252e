// A Slurm of several machines on this one: munged, slurmctld, and a slurmd for each node, all on loopback.
import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Programs that it is made of. */
export const SLURM = ['munged', 'slurmctld', 'slurmd', 'sbatch', 'squeue', 'scontrol', 'sinfo'] as const;
const FIRST_PORT = 26_817;

export interface Cluster {
  /** Variables for commands that submit jobs. */
  readonly env: Readonly<Record<string, string>>;
  /** Submits a script, and returns the number of the job. */
  submit(script: string, cwd: string, path: string): number;
  /** Lines of `squeue`: state, and node. */
  queue(): readonly string[];
  /** Ends a node as if its machine had lost power: its daemon, and the processes of its job. */
  kill(node: string): void;
  /** Ends it, and waits until its daemons write no more state. */
  stop(): Promise<void>;
}

function configuration(directory: string, nodes: number): string {
  const host = hostname().split('.')[0];
  return `ClusterName=test
SlurmctldHost=${host}(127.0.0.1)
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=${directory}/munge/socket
CredType=cred/munge
SlurmctldPort=${FIRST_PORT}
SlurmctldPidFile=${directory}/slurmctld.pid
SlurmctldLogFile=${directory}/slurmctld.log
StateSaveLocation=${directory}/state
SlurmdPidFile=${directory}/%n.pid
SlurmdLogFile=${directory}/%n.log
SlurmdSpoolDir=${directory}/spool-%n
ProctrackType=proctrack/pgid
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=sched_min_interval=0
SlurmdTimeout=10
JobRequeue=1
NodeName=n[1-${nodes}] NodeHostname=${host} NodeAddr=127.0.0.1 Port=[${FIRST_PORT + 1}-${FIRST_PORT + nodes}] CPUs=1
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
`;
}

/** Children, and their children, of a process. */
function below(pid: string): string[] {
  const { stdout } = spawnSync('ps', ['-o', 'pid=', '--ppid', pid], { encoding: 'utf8' });
  const children = stdout.split('\n').flatMap((line) => line.trim() || []);
  return [...children, ...children.flatMap(below)];
}

/** Starts it in an empty directory. Needs root. */
export async function startSlurm(directory: string, nodes: number): Promise<Cluster> {
  for (const name of ['munge', 'state']) mkdirSync(join(directory, name), { mode: 0o700 });
  const munge = (name: string) => join(directory, 'munge', name);
  writeFileSync(munge('key'), randomBytes(1024), { mode: 0o600 });
  const options = { socket: 'socket', 'log-file': 'log', 'pid-file': 'pid', 'seed-file': 'seed', 'key-file': 'key' };
  const words = Object.entries(options).map(([option, name]) => `--${option}=${munge(name)}`);
  execFileSync('munged', [...words, '--force'], { stdio: 'ignore' });
  const file = join(directory, 'slurm.conf');
  writeFileSync(file, configuration(directory, nodes));
  const env = { SLURM_CONF: file };
  const tool = (name: string, args: readonly string[], more = {}) =>
    execFileSync(name, args, { encoding: 'utf8', env: { ...process.env, ...env }, ...more });
  const names = Array.from({ length: nodes }, (_, i) => `n${i + 1}`);
  tool('slurmctld', ['-f', file], { stdio: 'ignore' });
  for (const name of names) tool('slurmd', ['-N', name, '-f', file], { stdio: 'ignore' });
  for (let tries = 0; !/\bidle\b/.test(tool('sinfo', ['-h', '-o', '%T'])); tries++) {
    if (tries > 60) throw new Error('Slurm does not start.');
    await sleep(500);
  }
  return {
    env,
    submit: (script, cwd, path) =>
      Number(
        /\d+/.exec(tool('sbatch', ['--parsable', script], { cwd, env: { ...process.env, ...env, PATH: path } }))![0],
      ),
    queue: () => tool('squeue', ['-h', '-r', '-o', '%T %N']).split('\n').filter(Boolean),
    kill: (node) => {
      const daemon = readFileSync(join(directory, `${node}.pid`), 'utf8').trim();
      // The process of a job has left its daemon, and names the node in its directory.
      const steps = spawnSync('pgrep', ['-f', `slurmstepd: \\[`], { encoding: 'utf8' })
        .stdout.split('\n')
        .filter(Boolean);
      const ofNode = steps.filter((pid) => {
        const { stdout } = spawnSync('readlink', [`/proc/${pid}/cwd`], { encoding: 'utf8' });
        return stdout.trim() === join(directory, `spool-${node}`);
      });
      const all = [daemon, ...ofNode, ...ofNode.flatMap(below)];
      for (const pid of all) spawnSync('kill', ['-KILL', pid]);
    },
    stop: async () => {
      const files = ['slurmctld', ...names].map((name) => join(directory, `${name}.pid`));
      const daemons = [...files, munge('pid')].filter(existsSync).map((file) => readFileSync(file, 'utf8').trim());
      spawnSync('scontrol', ['shutdown'], { env: { ...process.env, ...env } });
      spawnSync('kill', [readFileSync(munge('pid'), 'utf8').trim()]);
      for (let tries = 0; tries < 100 && daemons.some((pid) => existsSync(`/proc/${pid}`)); tries++) await sleep(100);
    },
  };
}
