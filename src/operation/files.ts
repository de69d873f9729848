// Files that an operation may take in, as it sees them. Where they lie, and whether they may be taken, is not its business.

export interface FileContent {
  readonly filename: string;
  /** Media type, where the source tells it. */
  readonly type?: string;
  readonly base64: string;
}

/** A file as it is shown: not as text. */
export interface Attached {
  readonly type: string;
  readonly base64: string;
}

/** All refuse what the owner has not allowed and what is larger than `mostBytes`. */
export interface Files {
  /** From a folder that the owner has allowed. */
  readonly read: (path: string, mostBytes: number) => Promise<FileContent>;
  /** From a host that the owner has allowed. */
  readonly download: (url: string, mostBytes: number, signal: AbortSignal) => Promise<FileContent>;
  /** That Twilio keeps of a message. */
  readonly media: (
    message: string,
    media: string,
    mostBytes: number,
    signal: AbortSignal,
  ) => Promise<Pick<FileContent, 'type' | 'base64'>>;
}
