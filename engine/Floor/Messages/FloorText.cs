using System.Text;

namespace MediaEngine.Floor;

/// <summary>Identities and aliases as fields carry them: UTF-8, at most 255 octets.</summary>
internal static class FloorText
{
    public const int Longest_bytes = 255;

    public static byte[] Encode(string text, string name)
    {
        ArgumentNullException.ThrowIfNull(text, name);
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        return utf8.Length <= Longest_bytes ? utf8
            : throw new ArgumentException($"{name} is longer than {Longest_bytes} octets.", name);
    }
}
