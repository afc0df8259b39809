using MediaEngine.Rtp;

namespace MediaEngine.Floor;

/// <summary>
/// Tells from what an endpoint without floor control sends whether its user wants to talk. Pure; owned by one thread; allocates
/// nothing. The caller acts on changes of <see cref="WantsFloor"/>.
/// </summary>
public sealed class TalkDetector
{
    /// <summary>Speech has shorter gaps; what lies further apart are clicks.</summary>
    private static readonly TimeSpan s_longestGap = TimeSpan.FromMilliseconds(100);

    private readonly PlainTalkPolicy _policy;
    private readonly DigitDetector _digit;
    private readonly double _threshold;
    private TimeSpan _speech;
    private Instant _lastSpeech;
    private Instant _speechEnds = Instant.Never;
    private bool _barred;

    /// <exception cref="ArgumentException">A value of the policy is out of range.</exception>
    public TalkDetector(PlainTalkPolicy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        policy.Validate();
        _policy = policy;
        _digit = new DigitDetector(policy.DigitEvent, policy.DigitTimeout);
        _threshold = Math.Pow(10, policy.VoiceThreshold_dBov / 10.0);
    }

    public PlainTalkMode Mode => _policy.Mode;

    /// <summary>The push-to-talk that the endpoint does not have.</summary>
    public bool WantsFloor { get; private set; }

    public Instant NextDeadline => Instant.Earlier(_speechEnds, _digit.Deadline);

    /// <summary>A packet of audio.</summary>
    /// <param name="power">Mean square of the samples, 1 = full scale.</param>
    /// <param name="duration">What the packet plays.</param>
    public void ReceiveAudio(double power, TimeSpan duration, Instant now)
    {
        if (_policy.Mode != PlainTalkMode.VoiceActivity || power < _threshold)
            return;
        TimeSpan gap = now - _lastSpeech;
        _lastSpeech = now;
        if (_barred && gap < _policy.VoiceHangover)
            return;
        _barred = false;
        _speech = gap > s_longestGap ? duration : _speech + duration;
        if (!WantsFloor && _speech < _policy.VoiceAttack)
            return;
        WantsFloor = true;
        _speechEnds = now + _policy.VoiceHangover;
    }

    /// <summary>A telephone-event packet.</summary>
    public void ReceiveDigit(ReadOnlySpan<byte> payload, uint timestamp, Instant now)
    {
        if (_policy.Mode != PlainTalkMode.Digit)
            return;
        bool pressed = _digit.Receive(payload, timestamp, now);
        if (_policy.DigitMode == TalkDigitMode.Toggle)
            WantsFloor ^= pressed;
        else
            WantsFloor = _digit.IsDown && (pressed || WantsFloor);
    }

    /// <summary>
    /// The floor was denied or taken away, or the endpoint holds the call: the user has to ask anew, by another press or after a
    /// pause in speech.
    /// </summary>
    public void Withdraw()
    {
        WantsFloor = false;
        _barred = true;
        EndSpeech();
    }

    /// <summary>Fires what is due.</summary>
    public void Expire(Instant now)
    {
        _digit.Expire(now);
        if (_policy is { Mode: PlainTalkMode.Digit, DigitMode: TalkDigitMode.Hold } && !_digit.IsDown)
            WantsFloor = false;
        if (_speechEnds > now)
            return;
        WantsFloor = false;
        EndSpeech();
    }

    private void EndSpeech()
    {
        _speech = TimeSpan.Zero;
        _speechEnds = Instant.Never;
    }
}
