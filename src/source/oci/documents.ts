// Parses the JSON documents of a container image. They are not trusted, so every value is checked before it is used.

import { defined } from '../../bytes/index.js';
import type { Platform } from './platform.js';

/** The type, digest and size of a blob (image-spec, descriptor.md). */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
  readonly platform: Platform | undefined;
  readonly annotations: Readonly<Record<string, string>>;
}

/** An image for one platform (manifest.md). */
export interface Manifest {
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
}

/** The part of an image's configuration that concerns its file system (config.md). */
export interface ImageConfig {
  readonly platform: Platform | undefined;
  /** Digests of the unpacked layers. */
  readonly diffIds: readonly string[];
  readonly run: RunSettings;
}

/** How containers of an image run, and its labels; values that are absent or have another form are left out. */
export interface RunSettings {
  /** When it was made, as it states it. */
  readonly created?: string;
  readonly labels: Readonly<Record<string, string>>;
  /** `NAME=VALUE` each. */
  readonly environment: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly user?: string;
  readonly workingDirectory?: string;
}

/** One image of a Docker archive. */
export interface DockerImage {
  /** Path of the configuration in the archive. */
  readonly config: string;
  readonly tags: readonly string[];
  /** Paths of the layers. */
  readonly layers: readonly string[];
}

/** Refuses a value. `what` completes a sentence: `has no layers`. */
export type Refuse = (what: string) => never;

type Fields = Readonly<Record<string, unknown>>;

export function parseJson(bytes: Uint8Array, refuse: Refuse): Fields | readonly unknown[] {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (typeof value === 'object' && value !== null) return value as Fields | readonly unknown[];
  } catch {
    return refuse('is not JSON');
  }
  return refuse('is not an object');
}

/** The manifests of an index. */
export function readIndex(value: unknown, refuse: Refuse): readonly Descriptor[] {
  return list(fields(value, refuse), 'manifests', refuse).map((one) => readDescriptor(one, refuse));
}

export function readManifest(value: unknown, refuse: Refuse): Manifest {
  const given = fields(value, refuse);
  if (given['config'] === undefined || given['layers'] === undefined) return refuse('is not the manifest of an image');
  const layers = list(given, 'layers', refuse).map((one) => readDescriptor(one, refuse));
  return { config: readDescriptor(given['config'], refuse), layers };
}

export function readConfig(value: unknown, refuse: Refuse): ImageConfig {
  const given = fields(value, refuse);
  const rootfs = fields(given['rootfs'], refuse);
  const diffIds = list(rootfs, 'diff_ids', refuse).map((one) => text(one, 'diff_ids', refuse));
  return { platform: platformOf(given), diffIds, run: runSettings(given) };
}

/** The file system does not depend on these, so no value of them makes an image unreadable. */
function runSettings({ created, config }: Fields): RunSettings {
  const given = typeof config === 'object' && config !== null ? (config as Fields) : {};
  const { Labels, Env, Entrypoint, Cmd, User, WorkingDir } = given;
  const pairs = typeof Labels === 'object' && Labels !== null ? Object.entries(Labels) : [];
  const labels = pairs.filter((pair): pair is [string, string] => typeof pair[1] === 'string');
  const texts = (value: unknown) =>
    Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : undefined;
  const one = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);
  return defined({
    created: one(created),
    labels: Object.fromEntries(labels.sort(([a], [b]) => (a < b ? -1 : 1))),
    environment: texts(Env) ?? [],
    entrypoint: texts(Entrypoint),
    command: texts(Cmd),
    user: one(User),
    workingDirectory: one(WorkingDir),
  });
}

/** `manifest.json` of a Docker archive. */
export function readDockerImages(value: unknown, refuse: Refuse): readonly DockerImage[] {
  if (!Array.isArray(value)) return refuse('is not a list of images');
  return value.map((one: unknown) => {
    const given = fields(one, refuse);
    const tags = given['RepoTags'] ?? [];
    if (!Array.isArray(tags)) return refuse('has an impossible RepoTags');
    return {
      config: text(given['Config'], 'Config', refuse),
      tags: tags.map((tag: unknown) => text(tag, 'RepoTags', refuse)),
      layers: list(given, 'Layers', refuse).map((layer) => text(layer, 'Layers', refuse)),
    };
  });
}

function readDescriptor(value: unknown, refuse: Refuse): Descriptor {
  const given = fields(value, refuse);
  const { size } = given;
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0)
    return refuse('has a blob of an impossible size');
  const annotations = Object.entries(fields(given['annotations'] ?? {}, refuse)).filter(
    (pair): pair is [string, string] => typeof pair[1] === 'string',
  );
  return {
    mediaType: text(given['mediaType'], 'mediaType', refuse),
    digest: text(given['digest'], 'digest', refuse),
    size,
    platform: platformOf(fields(given['platform'] ?? {}, refuse)),
    annotations: Object.fromEntries(annotations),
  };
}

function platformOf({ os, architecture, variant }: Fields): Platform | undefined {
  if (typeof os !== 'string' || typeof architecture !== 'string') return undefined;
  return { os, architecture, ...(typeof variant === 'string' && variant !== '' ? { variant } : {}) };
}

function fields(value: unknown, refuse: Refuse): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Fields)
    : refuse('has a value where an object belongs');
}

function list(given: Fields, name: string, refuse: Refuse): readonly unknown[] {
  const value = given[name];
  return Array.isArray(value) ? value : refuse(`has no list "${name}"`);
}

function text(value: unknown, name: string, refuse: Refuse): string {
  return typeof value === 'string' ? value : refuse(`has no text as "${name}"`);
}
