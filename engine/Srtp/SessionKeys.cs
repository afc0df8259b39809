using System.Runtime.CompilerServices;

namespace MediaEngine.Srtp;

/// <summary>
/// Everything derived from one master key: the sessions of SRTP and SRTCP. With key derivation rate 0 each is one set of
/// keys, else there is one for each period. A part of the key that holds it, so that a packet goes through one object less.
/// </summary>
internal readonly struct SessionKeys : IDisposable
{
    private readonly SessionCipher? _rtp;
    private readonly SessionCipher? _rtcp;
    private readonly SessionPeriods? _rtpPeriods;
    private readonly SessionPeriods? _rtcpPeriods;
    private readonly KeyDerivation? _derivation;

    /// <summary>Session keys that never change: key derivation rate 0.</summary>
    public SessionKeys(SessionCipher rtp, SessionCipher rtcp)
    {
        _rtp = rtp;
        _rtcp = rtcp;
    }

    private SessionKeys(KeyDerivation derivation, SessionPeriods rtp, SessionPeriods rtcp)
    {
        _derivation = derivation;
        _rtpPeriods = rtp;
        _rtcpPeriods = rtcp;
    }

    /// <param name="master">Not kept.</param>
    /// <param name="keyDerivationRate">0, or a power of two up to 2^24 (RFC 3711 4.3.1).</param>
    public static SessionKeys Derive(SrtpMasterKey master, int keyDerivationRate)
    {
        var derivation = new KeyDerivation(master.Key, master.Salt);
        if (keyDerivationRate != 0)
        {
            return new SessionKeys(
                derivation,
                new SessionPeriods(derivation, master.Profile, rtcp: false, keyDerivationRate),
                new SessionPeriods(derivation, master.Profile, rtcp: true, keyDerivationRate));
        }
        using (derivation)
        {
            SessionCipher rtp = SessionCipher.Create(master.Profile);
            SessionCipher rtcp = SessionCipher.Create(master.Profile);
            rtp.SetKeys(derivation, rtcp: false, period: 0);
            rtcp.SetKeys(derivation, rtcp: true, period: 0);
            return new SessionKeys(rtp, rtcp);
        }
    }

    /// <summary>The keys for an SRTP index, provisional until <see cref="KeepRtp"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public SessionCipher Rtp(ulong index) => _rtp ?? _rtpPeriods!.At(index);

    /// <summary>The keys for an SRTCP index, provisional until <see cref="KeepRtcp"/>.</summary>
    public SessionCipher Rtcp(uint index) => _rtcp ?? _rtcpPeriods!.At(index);

    /// <summary>The keys <see cref="Rtp"/> returned last have protected or authenticated a packet.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void KeepRtp() => _rtpPeriods?.Keep();

    /// <summary>The keys <see cref="Rtcp"/> returned last have protected or authenticated a packet.</summary>
    public void KeepRtcp() => _rtcpPeriods?.Keep();

    public void Dispose()
    {
        _rtp?.Dispose();
        _rtcp?.Dispose();
        _rtpPeriods?.Dispose();
        _rtcpPeriods?.Dispose();
        _derivation?.Dispose();
    }
}
