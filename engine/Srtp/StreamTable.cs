using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace MediaEngine.Srtp;

/// <summary>
/// Streams by SSRC. Mostly there is one, which needs no dictionary; and packets come in runs from one source, so the last
/// stream is mostly the next one too.
/// </summary>
internal struct StreamTable<TStream>
    where TStream : class
{
    private TStream? _recent;
    private uint _recentSsrc;
    private Dictionary<uint, TStream>? _all;

    public readonly int Count => _all?.Count ?? (_recent is null ? 0 : 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryGetValue(uint ssrc, [NotNullWhen(true)] out TStream? stream)
    {
        stream = _recent;
        return stream is not null && ssrc == _recentSsrc || TryGetOther(ssrc, out stream);
    }

    /// <summary>The stream of the last packet.</summary>
    public readonly TStream? Recent => _recent;

    public void Add(uint ssrc, TStream stream)
    {
        if (_recent is not null)
        {
            _all ??= new Dictionary<uint, TStream> { [_recentSsrc] = _recent };
            _all.Add(ssrc, stream);
        }
        _recent = stream;
        _recentSsrc = ssrc;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryGetOther(uint ssrc, [NotNullWhen(true)] out TStream? stream)
    {
        stream = null;
        if (_all is null || !_all.TryGetValue(ssrc, out stream))
            return false;
        _recent = stream;
        _recentSsrc = ssrc;
        return true;
    }
}
