// isopress extract IMAGE DIRECTORY [PATH…]

import { Command } from 'commander';
import { type ByteString, displayText } from '../../bytes/index.js';
import { EXIT, InvalidInputError, UnsupportedError } from '../../errors.js';
import { extractTree } from '../../extract/index.js';
import { enterImage, lookUp, type PlaceInside } from '../../image/index.js';
import type { EngineChoice } from '../../native/index.js';
import { exclude, FileTree, pick } from '../../tree/index.js';
import { argumentBytes, shownArgument } from '../argument-bytes.js';
import { withExamples } from '../examples.js';
import { addImageOptions, type ImageOptions, withAddress } from '../inside.js';
import { openSession, type Session, type SessionOptions } from '../session.js';
import { addSessionOptions, engineOption } from '../writer-options.js';

interface ExtractCommandOptions extends SessionOptions, ImageOptions {
  readonly exclude: readonly string[];
  readonly owner: 'auto' | 'keep' | 'none';
  readonly xattrs: boolean;
  readonly force?: boolean;
  readonly keepGoing?: boolean;
  readonly engine: EngineChoice;
}
