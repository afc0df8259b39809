using System.Globalization;
using System.Text;
using MediaEngine.Keys;

namespace MediaEngine.Simulation.Tests;

/// <summary>Stands for I_MESSAGEs: who may open it and what is in it, without the curves.</summary>
internal static class SimMikey
{
    public static byte[] Make(McxKey key, string receiver)
    {
        byte[] octets = new byte[McxKey.Key_bytes];
        key.CopyKeyTo(octets);
        return Encoding.ASCII.GetBytes(string.Join('|', receiver, key.Id, Convert.ToHexString(octets), Convert.ToHexString(key.Rand),
            Text(key.Validity.Activation), Text(key.Validity.Expiry), string.Join(',', key.GroupIds)));
    }

    /// <summary>Null when it is for somebody else.</summary>
    public static McxKey? Open(ReadOnlySpan<byte> message, string receiver)
    {
        string[] fields = Encoding.ASCII.GetString(message).Split('|');
        if (fields[0] != receiver || !KeyIdentifier.TryParse(fields[1], out KeyIdentifier id))
            return null;
        return new McxKey(id, Convert.FromHexString(fields[2]), Convert.FromHexString(fields[3]))
        {
            Validity = new KeyValidity(Time(fields[4]), Time(fields[5])),
            GroupIds = fields[6].Length == 0 ? [] : fields[6].Split(','),
        };
    }

    // Whole seconds, as the real ones.
    private static string Text(DateTimeOffset? time) => time?.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture) ?? string.Empty;

    private static DateTimeOffset? Time(string text) =>
        text.Length == 0 ? null : DateTimeOffset.FromUnixTimeSeconds(long.Parse(text, CultureInfo.InvariantCulture));
}
