// Owners of trees made without privileges: the image of the tree as root has it, by chown, setfacl, setcap, umoci, fakeroot and bsdtar.
import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll } from 'vitest';
import { OciLayout } from '../support/oci-layout.js';
import { kernelOracle } from '../support/oracle.js';
import { expectSame, packerIn } from '../support/packed-sources.js';
import { scratchDirectory } from '../support/scratch.js';

const scratch = scratchDirectory();

function shell(script: string): void {
  execFileSync('bash', ['-euc', script], {
    cwd: scratch,
    env: { ...process.env, LC_ALL: 'C' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

const image = packerIn(scratch);

beforeAll(() => {
  if (process.getuid?.() !== 0) return;
  chmodSync(scratch, 0o755);
  shell(`
    mkdir -p inside/d; printf 1 >inside/d/a; printf 2 >inside/b; ln -s a inside/d/l; ln inside/b inside/d/b2; printf 3 >inside/ping
    chown 33:44 inside/d/a; chown -h 7:8 inside/d/l; chown 1:2 inside/b; chmod 4750 inside/b
    find inside -exec touch -h -d @1700000000 {} +`);
});

kernelOracle('setfacl', 'setcap')('an id map gives the numbers inside, also in access lists and capabilities', () => {
  shell(`
    cp -a inside outside; find outside -not -name b2 -exec bash -c 'for f; do chown -h $(($(stat -c %u "$f") + 100000)):$(($(stat -c %g "$f") + 200000)) "$f"; done' - {} +
    chmod 4750 outside/b
    setfacl -m u:33:r,g:44:rw inside/d/a; setfacl -d -m u:5:rwx inside/d; setcap cap_net_raw+ep inside/ping
    setfacl -m u:100033:r,g:200044:rw outside/d/a; setfacl -d -m u:100005:rwx outside/d; setcap -n 100000 cap_net_raw+ep outside/ping
    find outside -exec touch -h -d @1700000000 {} +`);
  const maps = ['--id-map', 'u:0:100000:65536', '--id-map', 'g:0:200000:65536'];
  expectSame(image('outside', ...maps), image('inside'));
  shell('setfacl -R -b inside outside; setcap -r inside/ping');
});

kernelOracle('umoci', 'setpriv')('what umoci unpacks without privileges has the owners of the image', () => {
  shell('tar --format=pax --numeric-owner -C inside -cf layer.tar .; mkdir free; chown 1000:1000 free');
  const layout = new OciLayout(join(scratch, 'layout'));
  layout.list(layout.image({ layers: [readFileSync(join(scratch, 'layer.tar'))] }), 'latest');
  shell(
    'chmod -R a+rX layout; HOME=/tmp setpriv --reuid 1000 --regid 1000 --clear-groups umoci unpack --rootless --image layout:latest free/bundle',
  );
  // Links cannot have such attributes.
  const files = ['--exclude', '/d/l'];
  expectSame(
    image('free/bundle/rootfs', '--stored-owners', '--id-map', 'b:0:1000:1', ...files),
    image('oci:layout', ...files),
  );
});

kernelOracle('fakeroot', 'setpriv')('a state of fakeroot gives what a tar under fakeroot has', () => {
  shell(`
    mkdir faked; chown 1000:1000 faked; cd faked
    setpriv --reuid 1000 --regid 1000 --clear-groups fakeroot -s state bash -euc '
      mkdir -p t/d; printf 1 >t/d/a; ln -s a t/d/l; printf 2 >t/plain; chown 33:44 t/d/a; chmod 2750 t/d; mknod t/null c 1 3; mknod t/disk b 8 300
      chown -h 5:6 t/d/l; find t -exec touch -h -d @1700000000 {} +'
    setpriv --reuid 1000 --regid 1000 --clear-groups fakeroot -i state tar --format=pax --numeric-owner -C t -cf t.tar .`);
  expectSame(image('faked/t', '--fakeroot-state', 'faked/state'), image('faked/t.tar'));
});

kernelOracle('bsdtar')('a specification of bsdtar brings owners, modes, times and devices back', () => {
  shell(`
    cp -a inside full; mknod full/null c 1 3; mknod full/disk b 8 300; mkfifo full/pipe; touch "full/a b"; touch $'full/caf\\xe9'; chown 9:9 "full/a b"
    find full -exec touch -h -d @1700000000.000000005 {} +; chown 3:4 full
    bsdtar -C full -cf spec --format=mtree --options='!all,type,uid,gid,mode,time,link,device' .
    bsdtar -C full -cf short --format=mtree --options='mtree:use-set' .
    cp -a full bare; rm bare/null bare/disk bare/pipe; chown -R 0:0 bare; chmod -R 700 bare; find bare -exec touch -h -d @5 {} +`);
  expectSame(image('bare', '--mtree', 'spec'), image('full'));
  expectSame(image('bare', '--mtree', 'short'), image('full'));
});
