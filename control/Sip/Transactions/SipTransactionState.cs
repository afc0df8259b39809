namespace MediaEngine.Sip;

/// <summary>States of RFC 3261 17 and RFC 6026.</summary>
public enum SipTransactionState
{
    Calling,
    Trying,
    Proceeding,
    Completed,
    Confirmed,
    Accepted,
    Terminated,
}
