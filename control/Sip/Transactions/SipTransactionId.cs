namespace MediaEngine.Sip;

/// <summary>Names one transaction of a layer; 0 = none (an ACK for a 2xx).</summary>
public readonly record struct SipTransactionId(long Value);
