using FsCheck;
using FsCheck.Fluent;
using MediaEngine.Srtp;
using Xunit;

namespace MediaEngine.Engine.Tests.Srtp;

public sealed class PacketCipherTests
{
    [Fact]
    public void OneFlippedBitAnywhereIsRefusedAndThePlaintextWiped() =>
        Prop.ForAll<byte[], int>((text, where) =>
        {
            using PacketCipher cipher = PacketCipher.Create(new byte[16]);
            byte[] nonce = new byte[12];
            byte[] associatedData = new byte[12];
            byte[] tag = new byte[16];
            byte[] sealedText = [.. text];
            cipher.Seal(nonce, associatedData, sealedText, tag);
            byte[][] parts = [nonce, associatedData, sealedText, tag];
            int bit = (int)((uint)where % (uint)(8 * parts.Sum(part => part.Length)));
            foreach (byte[] part in parts)
            {
                if (bit < 8 * part.Length)
                {
                    part[bit / 8] ^= (byte)(1 << bit % 8);
                    break;
                }
                bit -= 8 * part.Length;
            }
            byte[] opened = [.. Enumerable.Repeat((byte)0xEE, text.Length)];
            return !cipher.Open(nonce, associatedData, sealedText, tag, opened) && opened.All(octet => octet == 0);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300).WithEndSize(300));
}
