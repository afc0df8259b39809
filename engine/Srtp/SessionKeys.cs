using System.Security.Cryptography;

namespace MediaEngine.Srtp;

/// <summary>Everything derived from one master key: the session ciphers of SRTP and SRTCP.</summary>
internal sealed class SessionKeys : IDisposable
{
    public SessionKeys(SessionCipher rtp, SessionCipher rtcp)
    {
        Rtp = rtp;
        Rtcp = rtcp;
    }

    public SessionCipher Rtp { get; }

    public SessionCipher Rtcp { get; }

    public static SessionKeys Derive(SrtpMasterKey master)
    {
        using Aes prf = KeyDerivation.CreatePrf(master.Key);
        return new SessionKeys(
            Derive(prf, master, KeyDerivation.RtpKey, KeyDerivation.RtpSalt),
            Derive(prf, master, KeyDerivation.RtcpKey, KeyDerivation.RtcpSalt));
    }

    public void Dispose()
    {
        Rtp.Dispose();
        Rtcp.Dispose();
    }

    private static SessionCipher Derive(Aes prf, SrtpMasterKey master, byte keyLabel, byte saltLabel)
    {
        Span<byte> key = stackalloc byte[master.Profile.KeyLength_bytes()];
        Span<byte> salt = stackalloc byte[SrtpProfileLengths.Salt_bytes];
        KeyDerivation.Derive(prf, master.Salt, keyLabel, key);
        KeyDerivation.Derive(prf, master.Salt, saltLabel, salt);
        var cipher = new SessionCipher(key, salt);
        CryptographicOperations.ZeroMemory(key);
        CryptographicOperations.ZeroMemory(salt);
        return cipher;
    }
}
