// Here: the attributes that many verbs share: the URL to go on with, and callbacks about what was begun.
// Not here: the verbs.
import type { TwimlElement } from '../../twiml/document.ts';
import { readMethod, resolveUrl } from '../webhook.ts';
import type { Flow, Outcome } from './voice-line.ts';
import type { RecordingCallback } from './voice-recording.ts';

/** To the action URL if there is one, with what it is to hear; else on to the next verb. */
export function actionOf(
  { base }: Flow,
  element: TwimlElement,
  params: Readonly<Record<string, string>>,
  otherwise = '',
): Outcome {
  const given = element.attributes['action'];
  const url = given === undefined ? otherwise : resolveUrl(given, base);
  if (url === '') return 'next';
  return { kind: 'url', url, method: readMethod(element.attributes['method']), params };
}

/** An attribute that holds a URL, made absolute; empty where it is not given. */
export function urlOf({ base }: Flow, element: TwimlElement, name: string): string {
  const given = element.attributes[name] ?? '';
  return given === '' ? '' : resolveUrl(given, base);
}

export function wordsIn(text: string | undefined): readonly string[] {
  return (text ?? '').split(/\s+/).filter((word) => word !== '');
}

export function recordingCallbackOf(flow: Flow, element: TwimlElement): RecordingCallback {
  const events = wordsIn(element.attributes['recordingStatusCallbackEvent']);
  return {
    url: urlOf(flow, element, 'recordingStatusCallback'),
    method: readMethod(element.attributes['recordingStatusCallbackMethod']),
    events: events.length > 0 ? events : ['completed'],
  };
}
