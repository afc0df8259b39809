namespace MediaEngine.Srtp;

/// <summary>Everything derived from one master key: the sessions of SRTP and SRTCP.</summary>
internal sealed class SessionKeys : IDisposable
{
    private readonly KeyDerivation? _derivation;

    /// <summary>Session keys that never change: key derivation rate 0.</summary>
    public SessionKeys(SessionCipher rtp, SessionCipher rtcp)
    {
        Rtp = new SessionPeriods(rtp);
        Rtcp = new SessionPeriods(rtcp);
    }

    private SessionKeys(SessionPeriods rtp, SessionPeriods rtcp, KeyDerivation? derivation)
    {
        Rtp = rtp;
        Rtcp = rtcp;
        _derivation = derivation;
    }

    public SessionPeriods Rtp { get; }

    public SessionPeriods Rtcp { get; }

    /// <param name="master">Not kept.</param>
    /// <param name="keyDerivationRate">0, or a power of two up to 2^24 (RFC 3711 4.3.1).</param>
    public static SessionKeys Derive(SrtpMasterKey master, int keyDerivationRate)
    {
        var derivation = new KeyDerivation(master.Key, master.Salt);
        if (keyDerivationRate != 0)
        {
            return new SessionKeys(
                new SessionPeriods(derivation, master.Profile, rtcp: false, keyDerivationRate),
                new SessionPeriods(derivation, master.Profile, rtcp: true, keyDerivationRate), derivation);
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

    public void Dispose()
    {
        Rtp.Dispose();
        Rtcp.Dispose();
        _derivation?.Dispose();
    }
}
