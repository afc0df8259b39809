namespace MediaEngine.Sip;

/// <summary>Timer base values (RFC 3261 17.1.1.1 and table 4) and bounds of a <see cref="SipTransactionLayer"/>.</summary>
public sealed record SipTransactionOptions
{
    public TimeSpan T1 { get; init; } = TimeSpan.FromMilliseconds(500);

    public TimeSpan T2 { get; init; } = TimeSpan.FromSeconds(4);

    public TimeSpan T4 { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Timer C: an INVITE without final response is cancelled after this long without a provisional one.</summary>
    public TimeSpan TimerC { get; init; } = TimeSpan.FromSeconds(185);

    /// <summary>Timer D over UDP.</summary>
    public TimeSpan TimerD { get; init; } = TimeSpan.FromSeconds(32);

    /// <summary>RFC 3261 17.2.1: 100 goes out when the user has not answered an INVITE by then.</summary>
    public TimeSpan TryingAfter { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>Those of answered requests, of which nothing but the answer is kept, do not count.</summary>
    public int MaxTransactions { get; init; } = 100_000;

    /// <summary>Octets of final responses over UDP that are kept for repeated requests; with more new requests are refused.</summary>
    public int MaxAnswers_bytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>Largest request sent over UDP before TCP is tried (RFC 3261 18.1.1), in octets.</summary>
    public int MaxUdpRequest_bytes { get; init; } = 1300;

    /// <summary>False: large requests stay on UDP.</summary>
    public bool CanSwitchToTcp { get; init; } = true;

    /// <summary>User-Agent of our requests and Server of our responses where the user sets none; null = none.</summary>
    public string? ProductName { get; init; }

    /// <summary>The answer to a request of which nothing is kept; null: it becomes a transaction.</summary>
    public Func<SipRequest, SipResponse?> AnswerAtOnce { get; init; } = _ => null;

    /// <summary>host:port put into our Via of requests to a destination.</summary>
    public Func<SipDestination, SipSentBy> SentBy { get; init; } = _ => new SipSentBy("127.0.0.1", 5060);
}
