// Generates the sample company once, then runs every journey on copies of it. `node run.mjs [--shots] [journeys/one.test.mjs …]`
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import { Company } from './lib/company.mjs';

process.chdir(new URL('.', import.meta.url).pathname);
const shots = process.argv.includes('--shots');
const named = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const all = fs.readdirSync('journeys').filter((file) => file.endsWith('.test.mjs')).sort().map((file) => `journeys/${file}`);
const files = shots ? ['shots.mjs', ...named] : named.length ? named : all;
// Journeys are content with a small company; pictures want the whole one.
if (shots) process.env.KEELSON_E2E_SUPPLIERS ??= '400';

const company = await Company.generate();
// One journey at a time: each drives a browser and a server, and two cores are all there may be.
const flags = shots ? [] : ['--test', '--test-concurrency=1', '--test-reporter=spec', '--test-reporter-destination=stdout'];
const report = process.env.KEELSON_JOURNEYS_TAP;
if (report && !shots) flags.push('--test-reporter=tap', `--test-reporter-destination=${report}`);
const runner = spawn(process.execPath, [...flags, ...files], {
  stdio: 'inherit',
  env: { ...process.env, KEELSON_E2E_COMPANY: company.folder },
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => runner.kill(signal));
runner.on('exit', (code) => {
  company.remove();
  process.exitCode = code ?? 1;
});
