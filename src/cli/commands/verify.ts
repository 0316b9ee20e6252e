// isopress verify IMAGE…

import { Command, InvalidArgumentError, Option } from 'commander';
import type { VerifyCommandOptions } from '../actions/verify.js';
import { withExamples } from '../examples.js';
import { addOffsetOption } from '../image-options.js';
import { addSessionOptions } from '../writer-options.js';

export function verifyCommand(): Command {
  const command = withExamples(
    new Command('verify'),
    'isopress verify live.iso',
    'isopress verify --fast --strict disk.img rootfs.squashfs',
  )
    .description('check every layer of images: structures, checksums, boot records, and that all files can be read')
    .argument('<image...>', 'image files or devices; live.iso/LiveOS/squashfs.img for a layer and what is in it')
    .option('--fast', 'check structures only: read no contents of files, compute no digests')
    .option('--strict', 'end with 1 for warnings too')
    .addOption(
      new Option('--require-ca <year>', "every EFI loader needs a signature of Microsoft's certificate of that year")
        .choices(['2011', '2023'])
        .argParser(yearOfCa),
    );
  return addSessionOptions(addOffsetOption(command)).action(async (names: string[], options: VerifyCommandOptions) => {
    const { verify } = await import('../actions/verify.js');
    return verify(names, options);
  });
}

function yearOfCa(text: string): 2011 | 2023 {
  if (text === '2011') return 2011;
  if (text === '2023') return 2023;
  throw new InvalidArgumentError('Allowed choices are 2011, 2023.');
}
