// Here: the grammar of what stands inside a voice verb: whom to dial, where to connect, SSML inside <Say>.
// Not here: the verbs themselves (voice-verbs.ts).
import {
  type ElementRule,
  fetchUrl,
  type Grammar,
  mediaUrl,
  method,
  phoneNumber,
  recordCall,
  recordingEvents,
  statusUrl,
  text,
  trimSilence,
  type ValueRule,
  yesOrNo,
} from './rule.ts';

const callEvents: ValueRule = { kind: 'some', of: ['initiated', 'ringing', 'answered', 'completed'] };
const track: ValueRule = { kind: 'one', of: ['inbound_track', 'outbound_track', 'both_tracks'] };
const streamUrl: ValueRule = { kind: 'url', purpose: 'stream' };
const interruption: ValueRule = { kind: 'one', of: ['none', 'any', 'speech', 'dtmf', 'true', 'false'] };
const milliseconds: ValueRule = { kind: 'integer', min: 1 };
const sipUri: ValueRule = {
  kind: 'pattern',
  pattern: /^[ \t\r\n]*sips?:[^\s]+[ \t\r\n]*$/i,
  like: 'sip:alice@example.com',
};
const whatsAppNumber: ValueRule = {
  kind: 'pattern',
  pattern: /^[ \t\r\n]*(whatsapp:)?\+?[0-9][0-9 ().-]{1,30}[ \t\r\n]*$/i,
  like: '+15551234567',
};

const statusCallbacks = {
  statusCallback: statusUrl,
  statusCallbackMethod: method,
  statusCallbackEvent: callEvents,
} as const;
// `url` is TwiML that the called party hears before the two are joined.
const called = { url: fetchUrl, method, ...statusCallbacks } as const;
const machineDetection = {
  machineDetection: { kind: 'one', of: ['Enable', 'DetectMessageEnd', 'true', 'false'] },
  machineDetectionTimeout: { kind: 'integer', min: 1 },
  machineDetectionSpeechThreshold: milliseconds,
  machineDetectionSpeechEndThreshold: milliseconds,
  machineDetectionSilenceTimeout: milliseconds,
  amdStatusCallback: statusUrl,
  amdStatusCallbackMethod: method,
} as const;
const stream = {
  name: text,
  connectorName: text,
  url: streamUrl,
  track,
  statusCallback: statusUrl,
  statusCallbackMethod: method,
  audioFormat: text,
  sampleRate: text,
} as const;
const siprec = {
  name: text,
  connectorName: text,
  track,
  statusCallback: statusUrl,
  statusCallbackMethod: method,
} as const;
const transcription = {
  name: text,
  track,
  statusCallbackUrl: statusUrl,
  statusCallbackMethod: method,
  inboundTrackLabel: text,
  outboundTrackLabel: text,
  partialResults: yesOrNo,
  languageCode: text,
  transcriptionEngine: text,
  profanityFilter: yesOrNo,
  speechModel: text,
  hints: text,
  enableAutomaticPunctuation: yesOrNo,
  intelligenceService: text,
  conversationConfiguration: text,
} as const;
const recording = {
  name: text,
  channels: { kind: 'one', of: ['mono', 'dual'] },
  track: { kind: 'one', of: ['inbound', 'outbound', 'both'] },
  trim: trimSilence,
  recordingConfigurationId: text,
  recordingStatusCallback: statusUrl,
  recordingStatusCallbackMethod: method,
  recordingStatusCallbackEvent: recordingEvents,
} as const;
const relay = {
  welcomeGreeting: text,
  welcomeGreetingInterruptible: interruption,
  language: text,
  ttsLanguage: text,
  ttsProvider: text,
  voice: text,
  transcriptionLanguage: text,
  transcriptionProvider: text,
  speechModel: text,
  interruptible: interruption,
  interruptSensitivity: text,
  preemptible: yesOrNo,
  dtmfDetection: yesOrNo,
  reportInputDuringAgentSpeech: { kind: 'one', of: ['none', 'any', 'speech', 'dtmf', 'true', 'false'] },
  partialPrompts: yesOrNo,
  profanityFilter: yesOrNo,
  hints: text,
  debug: text,
  events: text,
  elevenlabsTextNormalization: text,
  intelligenceService: text,
  backgroundnoisereduction: text,
  deepgramsmartformat: text,
  ignorebackchannel: text,
  speechtimeout: text,
} as const;
const nameAndValue: ElementRule = { attributes: { name: text, value: text }, needs: [['@name'], ['@value']] };

// SSML: which tags may hold which follows Twilio's own builder.
const inlineSsml = ['break', 'emphasis', 'lang', 'phoneme', 'prosody', 'say-as', 'sub', 'w'];
const spoken = { text, needs: [['text', 'noun']] } as const;

export const VOICE_NOUNS: Grammar = {
  Number: {
    attributes: {
      ...called,
      ...machineDetection,
      sendDigits: { kind: 'pattern', pattern: /^[0-9#*wW,]+$/, like: 'ww1234#' },
      byoc: text,
    },
    text: phoneNumber,
    needs: [['text']],
  },
  Client: { attributes: called, children: ['Identity', 'Parameter'], text, needs: [['text', 'noun']] },
  Identity: { attributes: {}, text, needs: [['text']] },
  Sip: {
    attributes: { ...called, ...machineDetection, username: text, password: text },
    children: ['Uri', 'Headers'],
    text: sipUri,
    needs: [['text', 'noun']],
  },
  'Refer/Sip': { attributes: {}, text: sipUri, needs: [['text']] },
  Uri: {
    attributes: { username: text, password: text, priority: text, weight: text },
    text: sipUri,
    needs: [['text']],
  },
  Headers: { attributes: {}, children: ['Header'] },
  Header: nameAndValue,
  Sim: { attributes: {}, text, needs: [['text']] },
  WhatsApp: { attributes: called, text: whatsAppNumber, needs: [['text']] },
  Application: {
    attributes: { ...called, customerId: text, copyParentTo: yesOrNo },
    children: ['ApplicationSid', 'Parameter'],
    text,
    needs: [['text', 'noun']],
  },
  ApplicationSid: { attributes: {}, text, needs: [['text']] },
  Queue: {
    attributes: { url: fetchUrl, method, reservationSid: text, postWorkActivitySid: text },
    text,
    needs: [['text', '@reservationSid']],
  },
  Conference: {
    attributes: {
      muted: yesOrNo,
      beep: { kind: 'one', of: ['true', 'false', 'onEnter', 'onExit'] },
      startConferenceOnEnter: yesOrNo,
      endConferenceOnExit: yesOrNo,
      participantLabel: text,
      jitterBufferSize: { kind: 'one', of: ['large', 'medium', 'small', 'off'] },
      // Empty means silence instead of the waiting music.
      waitUrl: { kind: 'url', purpose: 'fetch', mayBeEmpty: true },
      waitMethod: method,
      maxParticipants: { kind: 'integer', min: 2, max: 250 },
      record: { kind: 'one', of: ['do-not-record', 'record-from-start', 'true', 'false'] },
      region: { kind: 'one', of: ['us1', 'us2', 'ie1', 'sg1', 'br1', 'au1', 'jp1', 'de1'] },
      coach: text,
      trim: trimSilence,
      statusCallback: statusUrl,
      statusCallbackMethod: method,
      statusCallbackEvent: {
        kind: 'some',
        of: ['start', 'end', 'join', 'leave', 'mute', 'hold', 'modify', 'speaker', 'announcement'],
      },
      recordingConfigurationId: text,
      recordingStatusCallback: statusUrl,
      recordingStatusCallbackMethod: method,
      recordingStatusCallbackEvent: recordingEvents,
      eventCallbackUrl: statusUrl,
    },
    text,
    needs: [['text']],
  },
  Task: {
    attributes: { priority: { kind: 'integer', min: 0 }, timeout: { kind: 'integer', min: 1 } },
    text: { kind: 'json' },
    needs: [['text']],
  },
  Stream: { attributes: stream, children: ['Parameter'], needs: [['@url', '@connectorName']] },
  'Stop/Stream': { attributes: stream, children: ['Parameter'], needs: [['@name']] },
  Siprec: { attributes: siprec, children: ['Parameter'] },
  'Stop/Siprec': { attributes: siprec, children: ['Parameter'], needs: [['@name']] },
  Transcription: { attributes: transcription, children: ['Config', 'Parameter'] },
  'Stop/Transcription': { attributes: transcription, children: ['Config', 'Parameter'], needs: [['@name']] },
  Recording: { attributes: recording },
  'Stop/Recording': { attributes: recording, needs: [['@name']] },
  ConversationRelay: {
    attributes: { url: streamUrl, ...relay },
    children: ['Language', 'Parameter'],
    needs: [['@url']],
  },
  Assistant: { attributes: { id: text, ...relay }, children: ['Language', 'Parameter'], needs: [['@id']] },
  Language: {
    attributes: {
      code: text,
      ttsProvider: text,
      voice: text,
      transcriptionProvider: text,
      speechModel: text,
    },
    needs: [['@code']],
  },
  ConversationRelaySession: { attributes: { connector: text, sessionConfiguration: text } },
  AiSession: { attributes: { aiConnector: text, aiSessionConfiguration: text } },
  Room: { attributes: { participantIdentity: text }, text, needs: [['text']] },
  VirtualAgent: {
    attributes: {
      connectorName: text,
      language: text,
      sentimentAnalysis: yesOrNo,
      statusCallback: statusUrl,
      statusCallbackMethod: method,
    },
    children: ['Config', 'Parameter'],
  },
  Conversation: {
    attributes: {
      serviceInstanceSid: text,
      inboundAutocreation: yesOrNo,
      routingAssignmentTimeout: { kind: 'integer', min: 1 },
      inboundTimeout: { kind: 'integer', min: 1 },
      url: fetchUrl,
      method,
      record: recordCall,
      trim: trimSilence,
      recordingStatusCallback: statusUrl,
      recordingStatusCallbackMethod: method,
      recordingStatusCallbackEvent: recordingEvents,
      statusCallback: statusUrl,
      statusCallbackMethod: method,
      statusCallbackEvent: {
        kind: 'some',
        of: ['call-initiated', 'call-ringing', 'call-answered', 'call-completed'],
      },
    },
  },
  Autopilot: {
    attributes: {},
    text,
    needs: [['text']],
    legacy: 'Twilio has shut Autopilot down: use <ConversationRelay>',
  },
  Config: nameAndValue,
  Parameter: nameAndValue,
  BillingReferenceTag: { attributes: {}, text: { kind: 'text', max: 128 }, needs: [['text']] },
  Body: { attributes: {}, text: { kind: 'text', max: 1600 }, needs: [['text']] },
  Media: { attributes: {}, text: mediaUrl, needs: [['text']] },

  break: {
    attributes: {
      strength: { kind: 'one', of: ['none', 'x-weak', 'weak', 'medium', 'strong', 'x-strong'] },
      time: { kind: 'pattern', pattern: /^\+?([0-9]+(\.[0-9]+)?|\.[0-9]+)m?s$/, like: '500ms or 2s' },
    },
  },
  emphasis: {
    attributes: { level: { kind: 'one', of: ['strong', 'moderate', 'reduced'] } },
    children: inlineSsml,
    ...spoken,
  },
  lang: { attributes: { 'xml:lang': text }, children: [...inlineSsml, 'p', 's'], ...spoken },
  p: { attributes: {}, children: [...inlineSsml, 's'], ...spoken },
  s: { attributes: {}, children: inlineSsml, ...spoken },
  phoneme: {
    attributes: {
      alphabet: {
        kind: 'one',
        of: [
          'ipa',
          'x-sampa',
          'x-amazon-jyutping',
          'x-amazon-pinyin',
          'x-amazon-pron-kana',
          'x-amazon-yomigana',
        ],
      },
      ph: text,
    },
    text,
    needs: [['@ph']],
  },
  prosody: {
    attributes: { volume: text, rate: text, pitch: text },
    children: [...inlineSsml, 'p', 's'],
    ...spoken,
  },
  'say-as': {
    attributes: {
      'interpret-as': {
        kind: 'one',
        of: [
          'characters',
          'spell-out',
          'cardinal',
          'number',
          'ordinal',
          'digits',
          'fraction',
          'unit',
          'date',
          'time',
          'address',
          'expletive',
          'telephone',
        ],
      },
      format: { kind: 'one', of: ['mdy', 'dmy', 'ymd', 'md', 'dm', 'ym', 'my', 'd', 'm', 'y', 'yyyymmdd'] },
    },
    text,
    needs: [['@interpret-as'], ['text']],
  },
  sub: { attributes: { alias: text }, text, needs: [['@alias']] },
  w: {
    attributes: { role: text },
    children: ['break', 'emphasis', 'phoneme', 'prosody', 'say-as', 'sub'],
    ...spoken,
  },
};
