// What a guard answers: yes, or no with the rule, the reason and the one step that would make it yes.

export type Verdict = { readonly allowed: true } | Refusal;

export interface Refusal {
  readonly allowed: false;
  readonly rule: string;
  readonly reason: string;
  readonly next: string;
}

export const allowed: Verdict = { allowed: true };
