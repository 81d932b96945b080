const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'the file system is read-only',
  EACCES: 'the directory may not be used by this user',
  EPERM: 'the directory may not be used by this user',
  ENOTDIR: 'a file is in the place of a directory',
  ENOENT: 'there is no such file',
  ELOOP: 'a link is in the place of a file',
  ENAMETOOLONG: 'the path is too long',
};

/** Why the file system refused, in words: continues “…: ”. */
export function fileReason(error: unknown): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return REASONS[code] ?? message;
}
