// Chooses one of several images that differ in their platforms.

import { absent } from './errors.js';
import { type Platform, platformRank, platformText } from './platform.js';

/** Which platform is wanted. */
export interface PlatformChoice {
  /** The image has to be for this platform. */
  readonly platform: Platform | undefined;
  /** The platform to prefer if images for several ones exist. */
  readonly preferred: Platform | undefined;
  readonly note: (text: string) => void;
}

/** The image that fits a platform best; of equal ones the first. Throws if none does. */
export function choosePlatform<T extends { readonly platform: Platform | undefined }>(
  shown: string,
  images: readonly T[],
  { platform: asked, preferred, note }: PlatformChoice,
): T {
  const wanted = asked ?? preferred;
  const [best] = images
    .flatMap((image) => {
      const rank = wanted && image.platform && platformRank(wanted, image.platform);
      return rank === undefined ? [] : [{ image, rank }];
    })
    .sort((a, b) => a.rank - b.rank);
  const listed = [...new Set(images.map(nameOfPlatform))].slice(0, 20).join(', ');
  if (best) {
    if (!asked) note(`${shown} has images for ${listed}; the one for ${nameOfPlatform(best.image)} is used.`);
    return best.image;
  }
  const missing = wanted ? `It has no image for ${platformText(wanted)}.` : 'It has images for several platforms.';
  throw absent(shown, 'oci.platform', missing, `Choose one of these platforms: ${listed}.`);
}

/** Whether images state the same platform, or none. */
export function isSamePlatform(
  a: { readonly platform: Platform | undefined },
  b: { readonly platform: Platform | undefined },
): boolean {
  return nameOfPlatform(a) === nameOfPlatform(b);
}

function nameOfPlatform({ platform }: { readonly platform: Platform | undefined }): string {
  return platform ? platformText(platform) : 'an unknown platform';
}
