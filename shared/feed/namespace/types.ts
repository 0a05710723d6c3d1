import type { RemoteItem, ValueRecipient } from "../model.ts";

// Newer elements of the podcast namespace. The other ones are in ../model.ts.

/** For a part of the episode, others get the payment: the recipients of another feed's item, or those listed. */
export type ValueTimeSplit = {
  startSeconds: number;
  durationSeconds: number;
  remoteStartSeconds?: number;
  remotePercentage?: number;
  remoteItem?: RemoteItem;
  recipients: ValueRecipient[];
};
/** `rrule` is a recurrence rule (RFC 5545 3.3.10); `startAt` is ISO 8601. */
export type UpdateFrequency = { text?: string; rrule?: string; startAt?: string; isComplete: boolean };
/** `protocol` is activitypub, bluesky, nostr, ...; "disabled" has no URI. */
export type SocialInteract = {
  protocol: string;
  uri?: string;
  accountId?: string;
  accountUrl?: string;
  priority?: number;
};
export type Chat = { server: string; protocol: string; accountId?: string; space?: string };
export type Image = {
  url: string;
  alt?: string;
  aspectRatio?: string;
  width?: number;
  height?: number;
  type?: string;
  purposes?: string[];
};
/** Another file with the episode. `bitrate` is in bits per second; `sources` are URIs of the same file. */
export type AlternateEnclosure = {
  type?: string;
  bytes?: number;
  bitrate?: number;
  height?: number;
  language?: string;
  title?: string;
  rel?: string;
  codecs?: string;
  isDefault: boolean;
  integrityType?: string;
  integrityValue?: string;
  sources: { uri: string; type?: string }[];
};
