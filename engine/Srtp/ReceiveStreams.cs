using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace MediaEngine.Srtp;

/// <summary>The streams that authenticated under a key. Most keys have one: it needs no dictionary.</summary>
internal sealed class ReceiveStreams
{
    private ReplayWindow? _recent;
    private uint _recentSsrc;
    private Dictionary<uint, ReplayWindow>? _all;

    public int Count => _all?.Count ?? (_recent is null ? 0 : 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryGetValue(uint ssrc, [NotNullWhen(true)] out ReplayWindow? window)
    {
        window = _recent;
        return window is not null && ssrc == _recentSsrc || TryGetOther(ssrc, out window);
    }

    public void Add(uint ssrc, ReplayWindow window)
    {
        if (_recent is not null)
        {
            _all ??= new Dictionary<uint, ReplayWindow> { [_recentSsrc] = _recent };
            _all.Add(ssrc, window);
        }
        _recent = window;
        _recentSsrc = ssrc;
    }

    private bool TryGetOther(uint ssrc, [NotNullWhen(true)] out ReplayWindow? window)
    {
        window = null;
        if (_all is null || !_all.TryGetValue(ssrc, out window))
            return false;
        _recent = window;
        _recentSsrc = ssrc;
        return true;
    }
}
