namespace MediaEngine.Srtp;

/// <summary>An index a sender has claimed for one RTP packet. It must be used, or be lost.</summary>
internal readonly record struct RtpClaim(SessionCipher Session, uint Ssrc, ulong Index, int Header_bytes, bool CarriesRoc);
