namespace MediaEngine.Keys;

/// <summary>Data type of the common header (RFC 3830 6.1, RFC 6509 4.1).</summary>
public enum MikeyDataType : byte
{
    PresharedKey = 0,
    PresharedKeyVerification = 1,
    PublicKey = 2,
    PublicKeyVerification = 3,
    DiffieHellmanInitiation = 4,
    DiffieHellmanResponse = 5,
    Error = 6,

    /// <summary>MIKEY-SAKKE I_MESSAGE.</summary>
    Sakke = 26,
}
