namespace MediaEngine.Floor;

/// <summary>When an endpoint without floor control talks.</summary>
public sealed record PlainTalkPolicy
{
    /// <summary>The telephone events that stand for keys: 0-9, * (10), # (11), A-D (RFC 4733 3.2).</summary>
    private const string Digits = "0123456789*#ABCD";

    public PlainTalkMode Mode { get; init; } = PlainTalkMode.Never;

    /// <summary>One of 0-9, *, #, A-D.</summary>
    public char Digit { get; init; } = '*';

    public TalkDigitMode DigitMode { get; init; } = TalkDigitMode.Toggle;

    /// <summary>A key held down whose events stay away for so long was let go: its end was lost.</summary>
    public TimeSpan DigitTimeout { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Power of a packet from which on it is speech, -127..0 dBov: 0 = a square wave of full scale.</summary>
    public int VoiceThreshold_dBov { get; init; } = -40;

    /// <summary>So much speech asks for the floor: a click does not.</summary>
    public TimeSpan VoiceAttack { get; init; } = TimeSpan.FromMilliseconds(60);

    /// <summary>So much time without speech gives the floor back.</summary>
    public TimeSpan VoiceHangover { get; init; } = TimeSpan.FromMilliseconds(800);

    /// <summary>True for a key of a telephone.</summary>
    public static bool IsDigit(char digit) => Digits.Contains(digit, StringComparison.Ordinal);

    internal byte DigitEvent => (byte)Digits.IndexOf(Digit, StringComparison.Ordinal);

    /// <exception cref="ArgumentException">A value is out of range.</exception>
    internal void Validate()
    {
        if (!IsDigit(Digit))
            throw new ArgumentException($"'{Digit}' is not a key of a telephone: 0-9, *, # or A-D.", nameof(Digit));
        ArgumentOutOfRangeException.ThrowIfLessThan(VoiceThreshold_dBov, -127);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(VoiceThreshold_dBov, 0);
        ArgumentOutOfRangeException.ThrowIfLessThan(VoiceAttack, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(VoiceHangover, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(DigitTimeout, TimeSpan.Zero);
    }
}
