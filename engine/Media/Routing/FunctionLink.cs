using MediaEngine.Keys;
using MediaEngine.Rtp;
using MediaEngine.Srtp;

namespace MediaEngine.Media;

/// <summary>
/// What a leg to another function of a temporary group call has that a participant's has not: floor control under an SPK, and
/// media of any member of the group.
/// </summary>
internal sealed class FunctionLink : IDisposable
{
    private static readonly TimeSpan BudgetPeriod = TimeSpan.FromSeconds(1);

    private readonly GroupMediaReceiver _media;
    private readonly int _maxFailures;
    private Instant _periodEnd = new(long.MinValue);
    private long _failuresBefore;

    public FunctionLink(ControlKey control, RouterLimits limits)
    {
        FloorReceiver = control.CreateReceiver(maxSsrcs: 1);
        _media = new GroupMediaReceiver(
            SrtpPolicy.GroupMedia with { MaxStreams = MediaLeg.MaxMediaSsrcs }, limits.MaxSendersPerFunction);
        _maxFailures = limits.MaxFailedSenders_per_s;
    }

    public SrtcpReceiver FloorReceiver { get; }

    /// <summary>The key stays the call's.</summary>
    public void AddGroupKey(GroupMasterKey key) => _media.AddGroupKey(key);

    public void RemoveGroupKey(KeyIdentifier gmkId) => _media.RemoveGroupKey(gmkId);

    /// <summary>Media of anybody behind the function; a sender not heard before costs a derivation, and those have a budget.</summary>
    public SrtpOutcome Unprotect(ReadOnlySpan<byte> packet, Span<byte> destination, Instant now, out int length)
    {
        if (now >= _periodEnd)
        {
            _periodEnd = now + BudgetPeriod;
            _failuresBefore = _media.FailedSenders;
        }
        _media.AdmitsSenders = _media.FailedSenders - _failuresBefore < _maxFailures;
        return _media.Unprotect(packet, destination, out length, out _);
    }

    public void Dispose()
    {
        _media.Dispose();
        FloorReceiver.Dispose();
    }
}
